/**
 * Modules of Node.js that must not be imported on the way to the start: an `import` of a built-in module reads each of
 * its exports, also those that load something when they are read. With node:http that is undici, 20 ms of a start.
 */
export const http = process.getBuiltinModule("node:http");
export const util = process.getBuiltinModule("node:util");
