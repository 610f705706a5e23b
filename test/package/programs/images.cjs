// A dataset for worker threads.
module.exports = { length: 6, get: (i) => 10 * i };
