import tseslint from 'typescript-eslint'

const common = {
  '@typescript-eslint/consistent-type-imports': 'error',
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/no-floating-promises': ['error', { allowForKnownSafeCalls: ['describe', 'it', 'suite', 'test'] }],
  '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
  '@typescript-eslint/restrict-template-expressions': 'off',
  '@typescript-eslint/require-await': 'off',
  '@typescript-eslint/unbound-method': 'off',
  '@typescript-eslint/no-confusing-void-expression': 'off',
  '@typescript-eslint/no-non-null-assertion': 'off',
  '@typescript-eslint/only-throw-error': 'error',
  'no-restricted-imports': [
    'error',
    {
      patterns: [
        {
          regex: '^(fs|path|os|child_process|crypto|http|net|stream|util|url|events|assert|zlib)(/|$)',
          message: 'Write node: in front of a built-in.',
        },
      ],
    },
  ],
  eqeqeq: ['error', 'always', { null: 'ignore' }],
  'no-empty': ['error', { allowEmptyCatch: false }],
}

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      '.hks/**',
      'coverage/**',
      '**/.cache/**',
      '**/node_modules/**',
      'test/fixtures/**',
      'examples/**',
      'templates/**',
      '**/*.mjs',
      '**/*.cjs',
      'runtimes/**',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './src/webviews/tsconfig.json', './test/webviews/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: common,
  },
  { files: ['src/**/*.ts'], rules: { 'max-lines': ['error', { max: 400 }] } },
)
