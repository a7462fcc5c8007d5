import type ts from 'typescript';
import type { SourceText } from './source-text.js';

/**
 * Imports `ConfigModule` with the settings and `ResilienceModule` into a module. Returns what the user has to do by
 * hand: where the list of imports is not written out, it cannot be added to.
 */
export function editModule(source: SourceText, moduleName: string, settingsFrom: string): readonly string[] {
  const metadata = metadataOf(source, moduleName);
  if (metadata === undefined)
    return [`import ConfigModule and ResilienceModule into ${moduleName}: it has no @Module({ … })`];
  const imports = source.valueOf(metadata, 'imports');
  if (imports !== undefined && !source.ts.isArrayLiteralExpression(imports))
    return [`import ConfigModule and ResilienceModule into ${moduleName}: its imports are not written out`];
  const elements = imports?.elements ?? [];

  const missing: string[] = [];
  const byHand: string[] = [];
  const config = elements.map((element) => configCall(source, element)).find((call) => call !== undefined);
  if (config === undefined) missing.push('ConfigModule.forRoot({ isGlobal: true, load: [resilienceConfig] })');
  else if (!config.getText().includes('resilienceConfig') && !load(source, config))
    byHand.push(`add resilienceConfig to the load option of ConfigModule.forRoot in ${moduleName}`);
  if (!elements.some((element) => element.getText().startsWith('ResilienceModule')))
    missing.push('ResilienceModule.forRoot()');

  source.addImport('ConfigModule', '@nestjs/config');
  source.addImport('ResilienceModule', '@breakwater/nestjs');
  source.addImport('resilienceConfig', settingsFrom);
  if (missing.length === 0) return byHand;
  if (imports !== undefined) source.append(imports, missing);
  else source.append(metadata, [`imports: [\n  ${missing.join(',\n  ')},\n]`]);
  return byHand;
}

/** The metadata of the module's class: the one of this name, otherwise the only one that is a module. */
function metadataOf(source: SourceText, moduleName: string): ts.ObjectLiteralExpression | undefined {
  const { ts } = source;
  const modules = source.findAll(ts.isClassDeclaration).flatMap((node) => {
    const calls = (ts.getDecorators(node) ?? []).map(({ expression }) => expression);
    const call = calls.find((expression) => source.isCall(expression, 'Module'));
    return call === undefined ? [] : [{ name: node.name?.text, call: call as ts.CallExpression }];
  });
  const module = modules.find(({ name }) => name === moduleName) ?? (modules.length === 1 ? modules[0] : undefined);
  const argument = module?.call.arguments[0];
  return argument !== undefined && ts.isObjectLiteralExpression(argument) ? argument : undefined;
}

function configCall(source: SourceText, element: ts.Expression): ts.CallExpression | undefined {
  const call = source.ts.isAwaitExpression(element) ? element.expression : element;
  return source.isCall(call, 'ConfigModule.forRoot') ? call : undefined;
}

/** Adds the settings to what a standing `ConfigModule.forRoot` loads, unless its options are not written out. */
function load(source: SourceText, call: ts.CallExpression): boolean {
  const [options] = call.arguments;
  if (options === undefined) {
    source.insert(call.getEnd() - 1, '{ isGlobal: true, load: [resilienceConfig] }');
    return true;
  }
  if (!source.ts.isObjectLiteralExpression(options)) return false;
  const loaded = source.valueOf(options, 'load');
  if (loaded === undefined) source.append(options, ['load: [resilienceConfig]']);
  else if (source.ts.isArrayLiteralExpression(loaded)) source.append(loaded, ['resilienceConfig']);
  else return false;
  return true;
}
