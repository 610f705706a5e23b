export const named = { length: 1, get: () => 0 };
