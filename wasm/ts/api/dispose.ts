/**
 * The symbol behind `using`. Where a browser has none yet, this stands in for it, so that the classes can be defined;
 * `using` itself does not exist there either.
 */
export const dispose: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');
