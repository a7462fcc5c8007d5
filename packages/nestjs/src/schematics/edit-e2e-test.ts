import type { SourceText } from './source-text.js';

const TESTING_MODULE = 'ResilienceTestingModule';

/**
 * Imports `ResilienceTestingModule` beside the root module in a test that boots the application: it has a placeholder
 * for each secret. Returns whether the test has it.
 */
export function editE2eTest(source: SourceText, moduleName: string): boolean {
  const metadata = source.findCall('Test.createTestingModule')?.arguments[0];
  if (metadata === undefined || !source.ts.isObjectLiteralExpression(metadata)) return false;
  const imports = source.valueOf(metadata, 'imports');
  if (imports === undefined || !source.ts.isArrayLiteralExpression(imports)) return false;
  const names = new Set(imports.elements.map((element) => element.getText()));
  if (names.has(TESTING_MODULE)) return true;
  if (!names.has(moduleName)) return false;
  source.append(imports, [TESTING_MODULE]);
  source.addImport(TESTING_MODULE, '@breakwater/nestjs/testing');
  return true;
}
