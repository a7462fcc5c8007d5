import type ts from 'typescript';
import type { SourceText } from './source-text.js';

/** The call that creates the application: the options follow the module, or the module and its HTTP adapter. */
const CREATE = 'NestFactory.create';
const CREATIONS = [CREATE, 'NestFactory.createMicroservice', 'NestFactory.createApplicationContext'];

/** The root module as `main.ts` names it: its class, and the file that it is imported from. */
export function rootModuleOf(source: SourceText): { name: string; from: string } | undefined {
  const call = CREATIONS.map((name) => source.findCall(name)).find((found) => found !== undefined);
  const module = call?.arguments[0] && classOf(source, call.arguments[0]);
  return module && source.originOf(module.text);
}

/** The class of `AppModule`, of `AppModule.forRoot()` and of `await AppModule.forRoot()`. */
function classOf({ ts }: SourceText, node: ts.Expression): ts.Identifier | undefined {
  let inner = node;
  while (ts.isAwaitExpression(inner) || ts.isCallExpression(inner) || ts.isPropertyAccessExpression(inner))
    inner = inner.expression;
  return ts.isIdentifier(inner) ? inner : undefined;
}

/**
 * Keeps the raw bodies of requests, over which webhooks are signed. Returns what the user has to do by hand where the
 * options are not written out.
 */
export function keepRawBodies(source: SourceText): string | undefined {
  const call = source.findCall(CREATE);
  if (call === undefined && CREATIONS.some((name) => source.findCall(name))) return undefined; // it serves no HTTP
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
