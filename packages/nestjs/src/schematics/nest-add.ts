import { findSender } from '@breakwater/webhooks';
import { posix } from 'node:path';
import { addDependencies, packageManagerOf } from './add-dependencies.js';
import { keepRawBodies, rootModuleOf } from './edit-main.js';
import { editE2eTest } from './edit-e2e-test.js';
import { editModule } from './edit-module.js';
import { entryFileOf, moduleFile } from './source-files.js';
import type { NestAddOptions } from './nest-add.options.js';
import { clientName, variableOf } from './provider-settings.js';
import { extensionOf, SourceText } from './source-text.js';
import { write, type SchematicContext, type Workspace } from './workspace.js';
import { SETTINGS_FILE, writeSettings } from './write-settings.js';

/**
 * `nest add @breakwater/nestjs`: imports the module into the root module, writes the settings with a first provider,
 * keeps raw bodies, adds `@nestjs/config`, and gives the generated end-to-end test what it needs. A second run changes
 * nothing, or adds the provider that is new.
 *
 * @throws Error where the sources have no `main.ts`, for a provider whose name the settings could not hold, and for
 *   webhooks of a sender that is not known, or of no provider
 */
export function nestAdd(options: NestAddOptions): (files: Workspace, context: SchematicContext) => void {
  return (files, context) => {
    const { sourceRoot = 'src', provider, webhook } = options;
    checkName(provider);
    if (webhook && !provider) throw new Error(`webhooks of ${webhook} need a provider: name it with --provider`);
    if (webhook) findSender(webhook);
    const mainPath = posix.join(sourceRoot, `${entryFileOf(files, sourceRoot)}.ts`);
    if (!files.exists(mainPath))
      throw new Error(
        `${mainPath} is not there: name the application with --project, its folder with --source-root, or its entryFile in nest-cli.json`,
      );

    const main = new SourceText(mainPath, files.readText(mainPath));
    const root = rootModuleOf(main) ?? { name: 'AppModule', from: './app.module' };
    const modulePath = moduleFile(files, { mainPath, sourceRoot, from: root.from });
    const byHand = [keepRawBodies(main)];
    write(files, mainPath, main.toString());

    const settingsPath = posix.join(modulePath ? posix.dirname(modulePath) : sourceRoot, `${SETTINGS_FILE}.ts`);
    byHand.push(writeSettings(files, { path: settingsPath, style: main.style }, options));
    if (modulePath !== undefined) {
      const module = new SourceText(modulePath, files.readText(modulePath));
      const extension = main.extension ?? module.extension ?? extensionOf(root.from);
      byHand.push(...editModule(module, root.name, `./${SETTINGS_FILE}${extension}`));
      write(files, modulePath, module.toString());
    } else
      byHand.push(`import ConfigModule and ResilienceModule into ${root.name}: there is no file for '${root.from}'`);

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
