import { posix } from 'node:path';
import { addDependencies, packageManagerOf } from './add-dependencies.js';
import { keepRawBodies, rootModuleOf } from './edit-main.js';
import { editE2eTest } from './edit-e2e-test.js';
import { editModule } from './edit-module.js';
import type { NestAddOptions } from './nest-add.options.js';
import { clientName, variableOf } from './provider-settings.js';
import { SourceText } from './source-text.js';
import { write, type SchematicContext, type Workspace } from './workspace.js';
import { SETTINGS_FILE, writeSettings } from './write-settings.js';

/**
 * `nest add @breakwater/nestjs`: imports the module into the root module, writes the settings with a first provider,
 * keeps raw bodies, adds `@nestjs/config`, and gives the generated end-to-end test what it needs. A second run changes
 * nothing, or adds the provider that is new.
 *
 * @throws Error where the sources have no `main.ts`, and for a provider whose name the settings could not hold
 */
export function nestAdd(options: NestAddOptions): (files: Workspace, context: SchematicContext) => void {
  return (files, context) => {
    const { sourceRoot = 'src', provider, webhook } = options;
    checkName(provider);
    const mainPath = posix.join(sourceRoot, 'main.ts');
    if (!files.exists(mainPath))
      throw new Error(
        `${mainPath} is not there: name the application with --project, or its folder with --source-root`,
      );

    const main = new SourceText(mainPath, files.readText(mainPath));
    const root = rootModuleOf(main) ?? { name: 'AppModule', from: './app.module' };
    const modulePath = posix.join(sourceRoot, `${root.from.replace(/\.js$/, '')}.ts`);
    const byHand = [keepRawBodies(main)];
    write(files, mainPath, main.toString());

    byHand.push(writeSettings(files, posix.join(posix.dirname(modulePath), `${SETTINGS_FILE}.ts`), options));
    if (files.exists(modulePath)) {
      const module = new SourceText(modulePath, files.readText(modulePath));
      const extension = root.from.endsWith('.js') ? '.js' : '';
      byHand.push(...editModule(module, root.name, `./${SETTINGS_FILE}${extension}`));
      write(files, modulePath, module.toString());
    } else byHand.push(`import ConfigModule and ResilienceModule into ${root.name}: ${modulePath} is not there`);

    if (addDependencies(files) && options.skipInstall !== true) install(files, context);
    for (const step of byHand) if (step !== undefined) context.logger.warn(`Left to you: ${step}.`);
    const test = webhook ? readE2eTest(files, sourceRoot) : undefined;
    const isTestReady = test !== undefined && editE2eTest(test.source, root.name);
    if (isTestReady) write(files, test.path, test.source.toString());
    if (!provider) return;
    const client = clientName(provider);
    context.logger.info(`Now write @Resilient('${provider}') on the class that calls it, such as ${client}.`);
    if (!webhook) return;
    const inTests = isTestReady ? '' : ', and e2e tests ResilienceTestingModule';
    context.logger.info(`Its webhooks need ${variableOf(provider)}_WEBHOOK_SECRET in the environment${inTests}.`);
  };
}

/** The end-to-end test that Nest's CLI has made beside the sources, where it still stands there. */
function readE2eTest(files: Workspace, sourceRoot: string): { path: string; source: SourceText } | undefined {
  const path = posix.join(posix.dirname(sourceRoot), 'test', 'app.e2e-spec.ts');
  return files.exists(path) ? { path, source: new SourceText(path, files.readText(path)) } : undefined;
}

function checkName(provider: string | undefined): void {
  if (provider && !/^[A-Za-z][\w.-]*$/.test(provider))
    throw new Error(
      `provider '${provider}' is no name: it begins with a letter and has letters, digits, '-', '_', '.'`,
    );
}

/** Installs once the files are written, as the devkit's `NodePackageInstallTask` does. */
function install(files: Workspace, context: SchematicContext): void {
  const options = { command: 'install', quiet: true, hideOutput: true, packageManager: packageManagerOf(files) };
  context.addTask({ toConfiguration: () => ({ name: 'node-package', options }) });
}
