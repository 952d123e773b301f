// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @notice What a pool needs of the tokens it trades.
interface IToken {
    function transfer(address to, uint256 value) external returns (bool);
    function transferFrom(address from, address to, uint256 value) external returns (bool);
}

/// @title An exchange of two tokens where the product of the reserves stays the same
/// @notice What conflicts: every swap reads and writes both reserves, because the price that one
///         swap leaves behind is the price that the next one pays. Swaps in one pool can only follow
///         each other; swaps in different pools run side by side.
/// @dev Has no constructor: a scenario writes the storage it wants before the block. Reserves have a
///      slot each, so that they are told apart when they conflict.
contract Pool {
    address public token0;
    address public token1;
    uint256 public reserve0;
    uint256 public reserve1;

    event Swap(address indexed trader, bool zeroForOne, uint256 amountIn, uint256 amountOut);

    error NothingToSwap();
    error PriceMoved(uint256 amountOut, uint256 minimumOut);

    /// @notice Sells `amountIn` of one token for at least `minimumOut` of the other. The fee of
    ///         0.3 % stays in the pool.
    /// @param zeroForOne true to sell `token0`, false to sell `token1`
    function swap(bool zeroForOne, uint256 amountIn, uint256 minimumOut)
        external
        returns (uint256 amountOut)
    {
        if (amountIn == 0) revert NothingToSwap();
        (uint256 reserveIn, uint256 reserveOut) =
            zeroForOne ? (reserve0, reserve1) : (reserve1, reserve0);

        uint256 amountAfterFee = amountIn * 997;
        amountOut = (amountAfterFee * reserveOut) / (reserveIn * 1000 + amountAfterFee);
        if (amountOut < minimumOut) revert PriceMoved(amountOut, minimumOut);

        if (zeroForOne) {
            (reserve0, reserve1) = (reserveIn + amountIn, reserveOut - amountOut);
        } else {
            (reserve1, reserve0) = (reserveIn + amountIn, reserveOut - amountOut);
        }

        (address sold, address bought) = zeroForOne ? (token0, token1) : (token1, token0);
        IToken(sold).transferFrom(msg.sender, address(this), amountIn);
        IToken(bought).transfer(msg.sender, amountOut);
        emit Swap(msg.sender, zeroForOne, amountIn, amountOut);
    }
}
