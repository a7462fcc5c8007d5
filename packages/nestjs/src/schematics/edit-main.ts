import type ts from 'typescript';
import type { SourceText } from './source-text.js';

/** The call that creates the application: the options follow the module, or the module and its HTTP adapter. */
const CREATE = 'NestFactory.create';

/** The root module as `main.ts` names it: its class, and the file that it is imported from. */
export function rootModuleOf(source: SourceText): { name: string; from: string } | undefined {
  const module = source.findCall(CREATE)?.arguments[0];
  if (module === undefined || !source.ts.isIdentifier(module)) return undefined;
  const from = source.originOf(module.text);
  return from === undefined ? undefined : { name: module.text, from };
}

/**
 * Keeps the raw bodies of requests, over which webhooks are signed. Returns what the user has to do by hand where the
 * options are not written out.
 */
export function keepRawBodies(source: SourceText): string | undefined {
  const call = source.findCall(CREATE);
  const byHand = `pass rawBody: true to ${CREATE}: webhooks are signed over the bytes that came`;
  const last = call?.arguments.at(-1);
  if (call === undefined || last === undefined) return byHand;
  if (source.ts.isObjectLiteralExpression(last)) {
    if (source.valueOf(last, 'rawBody') === undefined) source.append(last, ['rawBody: true']);
    return undefined;
  }
  if (call.arguments.length > 2 || !(last === call.arguments[0] || isAdapter(source, last))) return byHand;
  source.insert(last.getEnd(), ', { rawBody: true }');
  return undefined;
}

function isAdapter(source: SourceText, node: ts.Expression): boolean {
  return source.ts.isNewExpression(node) && node.expression.getText().endsWith('Adapter');
}
