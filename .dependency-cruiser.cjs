// Who may import whom. Planted violations in test/boundaries prove that each rule fires.
const TEST = '(\\.test(-d)?\\.ts$|/test/)';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'not-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'core-is-pure',
      comment: 'no Node built-in, no other package than zod',
      severity: 'error',
      from: { path: '^packages/core/src/', pathNot: TEST },
      to: { pathNot: ['^packages/core/src/', '(^|/)node_modules/zod/'] },
    },
    {
      name: 'dialects-are-islands',
      comment:
        'dialects meet in the hub; OpenAI’s smaller wires may share openai-chat’s errors and usage',
      severity: 'error',
      from: { path: '^packages/core/src/dialects/([^/]+)/', pathNot: TEST },
      to: {
        path: '^packages/core/src/dialects/([^/]+)/',
        pathNot: [
          '^packages/core/src/dialects/$1/',
          '^packages/core/src/dialects/openai-chat/(errors|usage)\\.ts$',
        ],
      },
    },
    {
      name: 'only-openai-shares-openai-chat',
      severity: 'error',
      from: {
        path: '^packages/core/src/dialects/[^/]+/',
        pathNot: [TEST, '^packages/core/src/dialects/openai-'],
      },
      to: { path: '^packages/core/src/dialects/openai-chat/' },
    },
    {
      name: 'testkit-only-in-tests',
      severity: 'error',
      from: { path: '^(packages|apps|scripts|bench)/', pathNot: ['^packages/testkit/', TEST] },
      to: { path: '^packages/testkit/' },
    },
    {
      name: 'testkit-is-a-leaf',
      severity: 'error',
      from: { path: '^packages/testkit/' },
      to: { path: '^(packages|apps)/', pathNot: '^packages/testkit/' },
    },
    {
      name: 'packages-below-apps',
      comment: 'but for the router’s type, and the client’s tests, which start the app',
      severity: 'error',
      from: { path: '^packages/', pathNot: '^packages/client/(.+\\.test\\.ts$|test/)' },
      to: { path: '^apps/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'gateway-without-client',
      severity: 'error',
      from: { path: '^apps/gateway/' },
      to: { path: '^packages/client/' },
    },
    {
      name: 'nothing-imports-a-face',
      comment: 'but the app that mounts them, and the client, which needs the router’s type',
      severity: 'error',
      from: {
        path: '^(packages|apps|bench)/',
        pathNot: [
          '^apps/gateway/src/faces/',
          '^apps/gateway/src/(compose[a-z-]*|app|create-app|start)\\.ts$',
          '^packages/client/',
          TEST,
        ],
      },
      to: { path: '^apps/gateway/src/faces/' },
    },
    {
      name: 'faces-are-islands',
      severity: 'error',
      from: { path: '^apps/gateway/src/faces/([^/]+)/', pathNot: TEST },
      to: {
        path: '^apps/gateway/src/faces/([^/]+)/',
        pathNot: '^apps/gateway/src/faces/($1|http)/',
      },
    },
    {
      name: 'adapters-only-in-compose',
      comment:
        'the command line opens stores and connections itself, in cli/open-*, so as to work beside a gateway',
      severity: 'error',
      from: {
        path: '^apps/gateway/src/',
        pathNot: [
          '^apps/gateway/src/adapters/',
          '^apps/gateway/src/(compose[a-z-]*|app|create-app|start)\\.ts$',
          '^apps/gateway/src/cli/open-[a-z]+\\.ts$',
          TEST,
        ],
      },
      to: { path: '^apps/gateway/src/adapters/' },
    },
    {
      name: 'adapters-know-ports-only',
      severity: 'error',
      from: { path: '^apps/gateway/src/adapters/', pathNot: TEST },
      to: { path: '^apps/gateway/src/(faces|services|cli|compose)' },
    },
    {
      name: 'services-below-faces',
      comment: 'services know core and ports',
      severity: 'error',
      from: { path: '^apps/gateway/src/services/', pathNot: TEST },
      to: { path: ['^apps/gateway/src/(faces|adapters|cli)/', '(^|/)node_modules/express/'] },
    },
    {
      name: 'no-deep-imports',
      comment: 'across packages by name, through exports',
      severity: 'error',
      from: { path: '^(packages|apps)/([^/]+)/' },
      to: { path: '^(packages|apps)/', pathNot: '^$1/$2/', dependencyTypes: ['local'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.mjs', '.cjs', '.js', '.json', '.d.ts'],
    },
  },
};
