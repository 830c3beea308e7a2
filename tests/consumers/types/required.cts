// Types for who writes modules that TypeScript makes CommonJS of.
export const runtime = import('glasswal').then(({ createRuntime }) => createRuntime('/app.sqlite'));
