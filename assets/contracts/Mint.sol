// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title A collection whose pieces are numbered by one counter
/// @notice What conflicts: every mint reads and writes `nextId`, so no two mints of one collection
///         can run side by side, although nobody cares which number they get.
/// @dev Has no constructor: a scenario writes the storage it wants before the block.
contract Mint {
    /// @notice The number of the next piece.
    uint256 public nextId;
    /// @notice Ether per piece; 0 where minting is free.
    uint256 public price;
    /// @notice Owners by piece.
    mapping(uint256 id => address) public ownerOf;
    /// @notice Number of pieces by owner.
    mapping(address owner => uint256) public balanceOf;

    event Transfer(address indexed from, address indexed to, uint256 indexed id);

    error NothingToMint();
    error WrongPayment(uint256 paid, uint256 needed);

    /// @notice Makes `count` new pieces for the caller, who pays `price` for each.
    function mint(uint256 count) external payable {
        if (count == 0) revert NothingToMint();
        if (msg.value != price * count) revert WrongPayment(msg.value, price * count);

        uint256 first = nextId;
        nextId = first + count;
        balanceOf[msg.sender] += count;
        for (uint256 id = first; id < first + count; ++id) {
            ownerOf[id] = msg.sender;
            emit Transfer(address(0), msg.sender, id);
        }
    }

    /// @notice Gives a piece to somebody else.
    function give(address to, uint256 id) external {
        require(ownerOf[id] == msg.sender, "only the owner can give a piece away");
        ownerOf[id] = to;
        balanceOf[msg.sender] -= 1;
        balanceOf[to] += 1;
        emit Transfer(msg.sender, to, id);
    }
}
