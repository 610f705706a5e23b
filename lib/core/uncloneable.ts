/**
 * Fields that make `structuredClone` and `postMessage` reject an object, which they would otherwise clone without
 * its methods. They reject functions and show their source in the message: "function sendStateDictInstead() {}
 * could not be cloned".
 */

export function sendTransferableInstead(): void {}

export function sendStateDictInstead(): void {}

export function sendColumnsInstead(): void {}

export function sendStateAndCallLoadTransformer(): void {}

export function openTokenFileThereInstead(): void {}
