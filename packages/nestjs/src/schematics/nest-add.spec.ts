import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageManagerOf } from './add-dependencies.js';
import { nestAdd } from './nest-add.js';
import type { NestAddOptions } from './nest-add.options.js';
import type { Workspace } from './workspace.js';

const MAIN = `import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module';

async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  await app.listen(process.env.PORT ?? 3000);
}
bootstrap();
`;

const MODULE = `import { Module } from '@nestjs/common';
import { AppController } from './app.controller';

@Module({
  imports: [],
  controllers: [AppController],
})
export class AppModule {}
`;

const E2E_TEST = `import { Test, TestingModule } from '@nestjs/testing';
import { AppModule } from './../src/app.module';

beforeEach(async () => {
  const moduleFixture: TestingModule = await Test.createTestingModule({
    imports: [AppModule],
  }).compile();
});
`;

/** An application in memory, of which only what a test is about differs from what Nest's CLI makes. */
class Application implements Workspace {
  readonly files: Map<string, string>;
  readonly said: string[] = [];
  readonly tasks: object[] = [];
  writes = 0;

  constructor(files: Record<string, string> = {}) {
    const manifest = JSON.stringify({ dependencies: { '@nestjs/core': '^11.0.1' } }, null, 2);
    const standing = { 'package.json': manifest, 'src/main.ts': MAIN, 'src/app.module.ts': MODULE };
    this.files = new Map(Object.entries({ ...standing, ...files }));
  }

  exists(path: string): boolean {
    return this.files.has(path);
  }

  readText(path: string): string {
    return this.files.get(path)!;
  }

  create(path: string, content: string): void {
    this.overwrite(path, content);
  }

  overwrite(path: string, content: string): void {
    this.writes++;
    this.files.set(path, content);
  }

  add(options: NestAddOptions = {}): this {
    nestAdd(options)(this, {
      logger: { info: (line) => this.said.push(line), warn: (line) => this.said.push(line) },
      addTask: (task) => this.tasks.push(task.toConfiguration()),
    });
    return this;
  }
}

describe('nest add', () => {
  it('imports the modules, writes the settings of a provider and keeps raw bodies', () => {
    const { files, said } = new Application().add({ provider: 'payments' });
    expect(files.get('src/main.ts')).toContain('NestFactory.create(AppModule, { rawBody: true });');
    expect(files.get('src/app.module.ts')).toBe(`import { Module } from '@nestjs/common';
import { AppController } from './app.controller';
import { ConfigModule } from '@nestjs/config';
import { ResilienceModule } from '@breakwater/nestjs';
import { resilienceConfig } from './resilience.config';

@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true, load: [resilienceConfig] }),
    ResilienceModule.forRoot(),
  ],
  controllers: [AppController],
})
export class AppModule {}
`);
    expect(files.get('src/resilience.config.ts')).toContain(
      "      payments: {\n        http: {\n          baseUrl:\n            process.env['PAYMENTS_URL'] ?? 'https://api.payments.example',\n        },\n",
    );
    expect(said).toEqual(["Now write @Resilient('payments') on the class that calls it, such as PaymentsClient."]);
  });

  it('changes nothing when it is run twice', () => {
    const application = new Application().add({ provider: 'payments', webhook: 'stripe' });
    const { writes } = application;
    application.add({ provider: 'payments', webhook: 'stripe' });
    expect(application.writes).toBe(writes);
    expect(application.tasks).toHaveLength(1);
  });

  it('keeps the end-to-end test green that Nest’s CLI has made, where a webhook needs a secret', () => {
    const testOf = (options: NestAddOptions, standing = E2E_TEST) => {
      const { files, said } = new Application({ 'test/app.e2e-spec.ts': standing }).add(options);
      return { text: files.get('test/app.e2e-spec.ts')!, last: said.at(-1)! };
    };
    const webhook = { provider: 'payments', webhook: 'stripe' };
    const { text, last } = testOf(webhook);
    expect(text).toContain("import { ResilienceTestingModule } from '@breakwater/nestjs/testing';\n");
    expect(text).toContain('    imports: [AppModule, ResilienceTestingModule],\n');
    expect(last).toBe('Its webhooks need PAYMENTS_WEBHOOK_SECRET in the environment.');
    expect(testOf(webhook, text).text).toBe(text);
    expect(testOf({ provider: 'payments' }).text).toBe(E2E_TEST);
    const other = E2E_TEST.replace('imports: [AppModule]', 'imports: modules');
    expect(testOf(webhook, other)).toMatchObject({
      text: other,
      last: expect.stringContaining('ResilienceTestingMod'),
    });
  });

  it('adds another provider to the settings that stand there', () => {
    const application = new Application().add({ provider: 'payments' });
    application.add({ provider: 'e-mail', baseUrl: 'https://mail.example', webhook: 'sendgrid' });
    const settings = application.files.get('src/resilience.config.ts')!;
    expect(settings).toContain(
      "      'e-mail': {\n        http: {\n          baseUrl: process.env['E_MAIL_URL'] ?? 'https://mail.example',\n",
    );
    expect(settings).toContain(
      "          sender: 'sendgrid',\n          secrets: [secret('E_MAIL_WEBHOOK_SECRET')],\n",
    );
    expect(settings.indexOf('payments: {')).toBeLessThan(settings.indexOf("'e-mail': {"));
    expect(application.said.at(-1)).toBe(
      'Its webhooks need E_MAIL_WEBHOOK_SECRET in the environment, and e2e tests ResilienceTestingModule.',
    );
  });

  it('adds to a file whose only provider is a comment', () => {
    const application = new Application().add().add({ provider: 'payments' });
    expect(application.files.get('src/resilience.config.ts')).toMatch(/example' \} \},\n {6}payments: \{\n {8}http/);
  });

  it.each([
    ['without options', 'ConfigModule.forRoot()', 'ConfigModule.forRoot({ isGlobal: true, load: [resilienceConfig] })'],
    [
      'with others',
      'ConfigModule.forRoot({ cache: true })',
      'ConfigModule.forRoot({ cache: true, load: [resilienceConfig] })',
    ],
    [
      'that loads others',
      'ConfigModule.forRoot({ load: [db] })',
      'ConfigModule.forRoot({ load: [db, resilienceConfig] })',
    ],
    [
      'that loads none',
      'ConfigModule.forRoot({ load: [] })',
      'ConfigModule.forRoot({ load: [\n    resilienceConfig,\n  ] })',
    ],
  ])('uses the ConfigModule that stands there %s', (_how, standing, expected) => {
    const module = MODULE.replace('imports: []', `imports: [${standing}]`);
    const { files } = new Application({ 'src/app.module.ts': module }).add();
    expect(files.get('src/app.module.ts')).toContain(`imports: [${expected}, ResilienceModule.forRoot()],`);
  });

  it('follows the way in which the application writes its lists', () => {
    const lines = MODULE.replace('imports: []', 'imports: [\n    UsersModule,\n    OrdersModule,\n  ]');
    const { files } = new Application({ 'src/app.module.ts': lines }).add();
    expect(files.get('src/app.module.ts')).toContain(
      '    OrdersModule,\n    ConfigModule.forRoot({ isGlobal: true, load: [resilienceConfig] }),\n    ResilienceModule.forRoot(),\n  ],',
    );
  });

  it('adds imports to a module that has none', () => {
    const module = MODULE.replace('  imports: [],\n', '');
    const { files } = new Application({ 'src/app.module.ts': module }).add();
    expect(files.get('src/app.module.ts')).toContain(
      '  controllers: [AppController],\n  imports: [\n    ConfigModule.forRoot({ isGlobal: true, load: [resilienceConfig] }),\n    ResilienceModule.forRoot(),\n  ],\n})',
    );
  });

  it.each([
    [
      'the Fastify adapter',
      'create<NestFastifyApplication>(AppModule, new FastifyAdapter())',
      'new FastifyAdapter(), { rawBody: true })',
    ],
    ['options', 'create(AppModule, { cors: true })', 'create(AppModule, { cors: true, rawBody: true })'],
    ['raw bodies', 'create(AppModule, { rawBody: true })', 'create(AppModule, { rawBody: true })'],
  ])('keeps raw bodies of an application with %s', (_what, standing, expected) => {
    const { files } = new Application({ 'src/main.ts': MAIN.replace('create(AppModule)', standing) }).add();
    expect(files.get('src/main.ts')).toContain(expected);
  });

  it('writes the extension where the application does, and finds its module by what main.ts imports', () => {
    const { files } = new Application({
      'apps/shop/src/main.ts': MAIN.replace("'./app.module'", "'./shop/shop.module.js'").replaceAll(
        'AppModule',
        'ShopModule',
      ),
      'apps/shop/src/shop/shop.module.ts': MODULE.replaceAll('AppModule', 'ShopModule'),
    }).add({ sourceRoot: 'apps/shop/src' });
    expect(files.get('apps/shop/src/shop/shop.module.ts')).toContain("from './resilience.config.js';");
    expect(files.has('apps/shop/src/shop/resilience.config.ts')).toBe(true);
    expect(files.get('src/app.module.ts')).toBe(MODULE);
  });

  it.each([
    [
      'imports that are not written out',
      { 'src/app.module.ts': MODULE.replace('imports: []', 'imports: modules') },
      /its imports are not written out/,
    ],
    [
      'options that are not written out',
      { 'src/main.ts': MAIN.replace('(AppModule)', '(AppModule, options)') },
      /pass rawBody: true/,
    ],
    [
      'settings without a list',
      { 'src/resilience.config.ts': 'export const resilienceConfig = () => settings;\n' },
      /no list of providers/,
    ],
  ])('says what is left to do by hand for %s', (_what, files, expected) => {
    const application = new Application(files).add({ provider: 'payments' });
    expect(application.said[0]).toMatch(expected);
  });

  it.each([
    ['^11.0.1', '^4.0.0'],
    ['^12.0.1', '^12.0.0'],
  ])('installs the @nestjs/config that suits Nest %s', (nest, config) => {
    const manifest = JSON.stringify({ dependencies: { '@nestjs/core': nest } }, null, 4);
    const { files, tasks } = new Application({ 'package.json': manifest, 'pnpm-lock.yaml': '' }).add();
    expect(files.get('package.json')).toContain(`    "dependencies": {\n        "@nestjs/config": "${config}",`);
    expect(tasks).toEqual([{ name: 'node-package', options: expect.objectContaining({ packageManager: 'pnpm' }) }]);
  });

  it('takes the installed Nest where the manifest says nothing of its version', () => {
    const { files } = new Application({
      'package.json': JSON.stringify({ dependencies: { '@nestjs/core': 'catalog:' } }),
      'node_modules/@nestjs/core/package.json': '{"version":"11.1.9"}',
    }).add();
    expect(files.get('package.json')).toContain('"@nestjs/config": "^4.0.0"');
  });

  it('writes as the application does: line ends, indentation, quotes, semicolons', () => {
    const restyled = (text: string) =>
      text.replaceAll('  ', '\t').replaceAll(/;$/gm, '').replaceAll("'", '"').replaceAll('\n', '\r\n');
    const application = new Application({
      'src/main.ts': restyled(MAIN),
      'src/app.module.ts': restyled(MODULE),
      'package.json': '{\r\n\t"dependencies": {}\r\n}\r\n',
    }).add({ provider: 'payments', webhook: 'stripe' });
    for (const path of ['src/main.ts', 'src/app.module.ts', 'src/resilience.config.ts', 'package.json']) {
      const text = application.files.get(path)!;
      expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
      expect(text).not.toMatch(/^ {2}|'|;\r$/m);
    }
    expect(application.files.get('src/app.module.ts')).toContain(
      '\timports: [\r\n\t\tConfigModule.forRoot({ isGlobal: true, load: [resilienceConfig] }),\r\n',
    );
    expect(application.files.get('src/resilience.config.ts')).toContain(
      '\r\n\t\t\t\t\tbaseUrl:\r\n\t\t\t\t\t\tprocess.env["PAYMENTS_URL"] ?? "https://api.payments.example",\r\n',
    );
    const { writes } = application;
    expect(application.add({ provider: 'payments', webhook: 'stripe' }).writes).toBe(writes);
  });

  it('leaves comments with what they are about', () => {
    const module = MODULE.replace(
      'imports: []',
      'imports: [\n    UsersModule, // who\n    OrdersModule // what\n  ]',
    ).replace("common';\n", "common'; // Nest\n");
    const { files } = new Application({ 'src/app.module.ts': module }).add();
    expect(files.get('src/app.module.ts')).toContain(
      '    UsersModule, // who\n    OrdersModule, // what\n    ConfigModule.forRoot(',
    );
    expect(files.get('src/app.module.ts')).toContain("common'; // Nest\nimport { AppController }");
  });

  it.each([
    ['that makes itself', MAIN.replace('(AppModule)', '(await AppModule.forRoot({ port: 1 }))'), 'src/app.module.ts'],
    [
      'under another name',
      MAIN.replace('{ AppModule }', '{ AppModule as Root }').replace('(AppModule)', '(Root)'),
      'src/app.module.ts',
    ],
    ['of a baseUrl', MAIN.replace('./app.module', 'src/app.module'), 'src/app.module.ts'],
    ['of an alias', MAIN.replace('./app.module', '@/app.module'), 'src/app.module.ts'],
    ['with the extension of its source', MAIN.replace('./app.module', './app.module.ts'), 'src/app.module.ts'],
    ['of a microservice', MAIN.replace('create(AppModule)', 'createMicroservice(AppModule)'), 'src/app.module.ts'],
    [
      'that is a default export',
      MAIN.replace('{ AppModule }', 'Main').replace('(AppModule)', '(Main)'),
      'src/app.module.ts',
    ],
  ])('finds a root module %s', (_what, main, path) => {
    const application = new Application({ 'src/main.ts': main }).add();
    expect(application.said).toEqual([]);
    expect(application.files.get(path)).toContain('ResilienceModule.forRoot(),');
    const extension = main.includes('.ts') ? '.ts' : '';
    expect(application.files.get(path)).toContain(`'./resilience.config${extension}'`);
    expect(application.files.has('src/resilience.config.ts')).toBe(true);
  });

  it('takes the entry file that nest-cli.json names', () => {
    const cli = { sourceRoot: 'src', projects: { shop: { sourceRoot: 'apps/shop/src', entryFile: 'server' } } };
    const { files } = new Application({
      'nest-cli.json': JSON.stringify(cli),
      'apps/shop/src/server.ts': MAIN,
      'apps/shop/src/app.module.ts': MODULE,
    }).add({ sourceRoot: 'apps/shop/src' });
    expect(files.get('apps/shop/src/server.ts')).toContain('rawBody: true');
  });

  it('configures the URL where its sender signs that', () => {
    const { files } = new Application().add({ provider: 'pos', webhook: 'square' });
    expect(files.get('src/resilience.config.ts')).toContain(
      "          url:\n            process.env['POS_WEBHOOK_URL'] ??\n            'https://shop.example/webhooks/pos',\n",
    );
  });

  it('installs with the package manager of the workspace that the application is a part of', () => {
    const workspace = mkdtempSync(join(tmpdir(), 'breakwater-workspace-'));
    try {
      writeFileSync(join(workspace, 'pnpm-lock.yaml'), '');
      expect(packageManagerOf(new Application(), join(workspace, 'apps', 'shop'))).toBe('pnpm');
      expect(packageManagerOf(new Application({ 'yarn.lock': '' }), join(workspace, 'apps', 'shop'))).toBe('yarn');
    } finally {
      rmSync(workspace, { recursive: true });
    }
  });

  it('installs nothing when it is told not to', () => {
    expect(new Application().add({ skipInstall: true }).tasks).toEqual([]);
  });

  it('refuses a name that is none, and sources that are not there', () => {
    expect(() => new Application().add({ provider: "pay'ments" })).toThrow("provider 'pay'ments' is no name");
    expect(() => new Application().add({ sourceRoot: 'apps/shop/src' })).toThrow('apps/shop/src/main.ts is not there');
  });

  it('refuses webhooks of a sender that is not known, or of no provider', () => {
    expect(() => new Application().add({ provider: 'payments', webhook: 'strip' })).toThrow(
      'no webhook sender "strip"',
    );
    expect(() => new Application().add({ webhook: 'stripe' })).toThrow('name it with --provider');
  });
});
