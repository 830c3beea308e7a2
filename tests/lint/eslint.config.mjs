// What ESLint looks for: mistakes that the compiler lets pass, not style. Run from the top of the tree: see tests/lint/lint.mjs.
import tseslint from 'typescript-eslint';

// Rules for all scripts.
const everywhere = {
  'constructor-super': 'error', 'for-direction': 'error', 'getter-return': 'error', 'no-async-promise-executor': 'error',
  'no-class-assign': 'error', 'no-compare-neg-zero': 'error', 'no-cond-assign': 'error', 'no-const-assign': 'error',
  'no-constant-binary-expression': 'error', 'no-constant-condition': ['error', { checkLoops: false }], 'no-debugger': 'error',
  'no-dupe-args': 'error', 'no-dupe-class-members': 'error', 'no-dupe-else-if': 'error', 'no-dupe-keys': 'error',
  'no-duplicate-case': 'error', 'no-duplicate-imports': ['error', { allowSeparateTypeImports: true }],
  'no-empty-character-class': 'error', 'no-ex-assign': 'error', 'no-fallthrough': 'error', 'no-func-assign': 'error',
  'no-import-assign': 'error', 'no-invalid-regexp': 'error', 'no-loss-of-precision': 'error', 'no-new-native-nonconstructor': 'error',
  'no-obj-calls': 'error', 'no-self-assign': 'error', 'no-self-compare': 'error',
  'no-setter-return': 'error', 'no-sparse-arrays': 'error', 'no-template-curly-in-string': 'error', 'no-this-before-super': 'error',
  'no-unexpected-multiline': 'error', 'no-unreachable': 'error', 'no-unsafe-finally': 'error', 'no-unsafe-negation': 'error', 'no-unsafe-optional-chaining': 'error',
  'no-unused-private-class-members': 'error', 'no-useless-assignment': 'error', 'no-useless-backreference': 'error',
  'require-yield': 'error', 'use-isnan': 'error', 'valid-typeof': 'error',
  'array-callback-return': 'error', 'default-case-last': 'error', eqeqeq: 'error', 'no-caller': 'error',
  // By another name it sees nothing of its surroundings, which is wanted of functions that a test sends into a page.
  'no-eval': ['error', { allowIndirect: true }],
  'no-extend-native': 'error', 'no-extra-bind': 'error', 'no-iterator': 'error', 'no-labels': 'error', 'no-lone-blocks': 'error',
  'no-octal-escape': 'error', 'no-proto': 'error',
  'no-useless-catch': 'error', 'no-useless-concat': 'error', 'no-useless-rename': 'error', 'no-useless-return': 'error', 'no-var': 'error',
  // What a function names before it is there cannot be const.
  'prefer-const': ['error', { destructuring: 'all', ignoreReadBeforeAssign: true }], 'prefer-rest-params': 'error',
  'prefer-spread': 'error', radix: 'error', 'no-regex-spaces': 'error', 'no-empty': ['error', { allowEmptyCatch: true }],
  'no-unneeded-ternary': 'error',
};

// How many parameters a function has is something that SQL sees, so one may have some that it does not need.
const unused = ['error', { args: 'none', caughtErrors: 'all', ignoreRestSiblings: true, varsIgnorePattern: '^_+$' }];

// Those that know types.
const typed = {
  '@typescript-eslint/await-thenable': 'error',
  '@typescript-eslint/consistent-type-exports': 'error',
  '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false, fixStyle: 'inline-type-imports' }],
  '@typescript-eslint/no-array-delete': 'error',
  '@typescript-eslint/no-base-to-string': 'error',
  '@typescript-eslint/no-duplicate-type-constituents': 'error',
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-for-in-array': 'error',
  '@typescript-eslint/no-implied-eval': 'error',
  '@typescript-eslint/no-meaningless-void-operator': 'error',
  '@typescript-eslint/no-misused-promises': 'error',
  '@typescript-eslint/no-mixed-enums': 'error',
  '@typescript-eslint/no-redundant-type-constituents': 'error',
  '@typescript-eslint/no-unnecessary-type-arguments': 'error',
  '@typescript-eslint/no-unnecessary-type-assertion': 'error',
  '@typescript-eslint/no-unnecessary-type-constraint': 'error',
  '@typescript-eslint/no-unsafe-argument': 'error',
  '@typescript-eslint/no-unsafe-assignment': 'error',
  '@typescript-eslint/no-unsafe-call': 'error',
  '@typescript-eslint/no-unsafe-declaration-merging': 'error',
  '@typescript-eslint/no-unsafe-enum-comparison': 'error',
  '@typescript-eslint/no-unsafe-function-type': 'error',
  '@typescript-eslint/no-unsafe-member-access': 'error',
  '@typescript-eslint/no-unsafe-return': 'error',
  '@typescript-eslint/no-unsafe-unary-minus': 'error',
  '@typescript-eslint/no-unused-expressions': 'error',
  '@typescript-eslint/no-unused-vars': unused,
  '@typescript-eslint/no-use-before-define': ['error', { functions: false, classes: false, variables: false }],
  '@typescript-eslint/only-throw-error': 'error',
  '@typescript-eslint/prefer-promise-reject-errors': 'error',
  '@typescript-eslint/prefer-reduce-type-parameter': 'error',
  '@typescript-eslint/require-array-sort-compare': 'error',
  '@typescript-eslint/restrict-plus-operands': 'error',
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
  '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  '@typescript-eslint/unbound-method': 'error',
  '@typescript-eslint/use-unknown-in-catch-callback-variable': 'error',
};

export default tseslint.config(
  { ignores: ['**/node_modules/', '**/dist/', '**/generated/', 'build/', 'wasm/build/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.mjs', '**/*.js', '**/*.ts', '**/*.mts'],
    languageOptions: { parser: tseslint.parser, parserOptions: { ecmaVersion: 'latest' } },
    plugins: { '@typescript-eslint': tseslint.plugin },
    rules: everywhere,
  },
  {
    files: ['wasm/ts/**/*.ts', 'web-ui/**/*.ts'],
    languageOptions: {
      parserOptions: { project: ['wasm/tsconfig.json', 'web-ui/tsconfig.json', 'web-ui/service-worker/tsconfig.json'], tsconfigRootDir: process.cwd() },
    },
    rules: typed,
  },
  {
    // Not where the package checks what callers give it, whatever the types say, or what older engines have.
    files: ['wasm/ts/memory/*.ts', 'wasm/ts/engine/*.ts', 'wasm/ts/adapters/*.ts', 'web-ui/**/*.ts'],
    rules: { '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }] },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    rules: { 'no-unused-vars': unused, 'no-unused-expressions': 'error' },
  },
);
