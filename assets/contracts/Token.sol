// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title A fungible token: the part of ERC-20 that moves balances
/// @notice What conflicts: each transfer reads and writes two entries of `balanceOf`. Two payments
///         between four different people touch four different entries and run side by side; two
///         payments to the same shop must follow each other.
/// @dev Has no constructor: a scenario writes the storage it wants before the block.
contract Token {
    /// @notice All tokens there are. Written only when tokens are made, so transfers do not meet here.
    uint256 public totalSupply;
    /// @notice Tokens by owner.
    mapping(address owner => uint256) public balanceOf;
    /// @notice What `spender` may still move out of `owner`'s balance.
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);

    error InsufficientBalance(address owner, uint256 balance, uint256 needed);
    error InsufficientAllowance(address spender, uint256 allowance, uint256 needed);

    /// @notice Pays `value` tokens to `to`.
    function transfer(address to, uint256 value) external returns (bool) {
        move(msg.sender, to, value);
        return true;
    }

    /// @notice Lets `spender` move up to `value` of the caller's tokens. The largest number means
    ///         "no limit" and is never counted down.
    function approve(address spender, uint256 value) external returns (bool) {
        allowance[msg.sender][spender] = value;
        emit Approval(msg.sender, spender, value);
        return true;
    }

    /// @notice Pays `value` of `from`'s tokens to `to`, within what `from` allowed the caller.
    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        uint256 allowed = allowance[from][msg.sender];
        if (allowed != type(uint256).max) {
            if (allowed < value) revert InsufficientAllowance(msg.sender, allowed, value);
            allowance[from][msg.sender] = allowed - value;
        }
        move(from, to, value);
        return true;
    }

    function move(address from, address to, uint256 value) private {
        uint256 balance = balanceOf[from];
        if (balance < value) revert InsufficientBalance(from, balance, value);
        unchecked {
            balanceOf[from] = balance - value;
        }
        balanceOf[to] += value;
        emit Transfer(from, to, value);
    }
}
