/**
 * Fields that make `structuredClone` and `postMessage` refuse an object. They would make a plain object without methods of it;
 * a function they refuse, with its text as the message: "function sendStateDictInstead() {} could not be cloned".
 */

export function sendTransferableInstead(): void {}

export function sendStateDictInstead(): void {}

export function sendColumnsInstead(): void {}

export function sendStateAndCallLoadTransformer(): void {}
