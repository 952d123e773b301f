// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;
contract Shelf {
    struct Book { address owner; uint96 price; uint256 pages; mapping(address => bool) readers; }
    uint128 low; uint64 middle; bool flag; int32 depth;
    mapping(uint256 => Book) books;
    uint256[] list;
    uint64[5] small;
    Book first;
    string title;
    mapping(string => uint256) byTitle;
    mapping(bytes32 => mapping(address => uint256[])) nested;
    bytes4 tag;
}
