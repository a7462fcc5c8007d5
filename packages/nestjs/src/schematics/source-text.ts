import { createRequire } from 'node:module';
import { join } from 'node:path';
import type ts from 'typescript';
import { SourceStyle } from './source-style.js';

type TypeScript = typeof ts;
type Literal = ts.ArrayLiteralExpression | ts.ObjectLiteralExpression;

/** TypeScript as the application has it, which every application that Nest's CLI builds does. */
function typescriptOf(folder: string): TypeScript {
  return createRequire(join(folder, 'package.json'))('typescript') as TypeScript;
}

/** A TypeScript file that is read as a tree and changed as text: what is not changed stays as it was written. */
export class SourceText {
  readonly ts: TypeScript;
  readonly style: SourceStyle;
  private readonly file: ts.SourceFile;
  private readonly insertions: { at: number; text: string }[] = [];

  constructor(
    path: string,
    private readonly text: string,
    typescript: TypeScript = typescriptOf(process.cwd()),
  ) {
    this.ts = typescript;
    this.style = new SourceStyle(text);
    this.file = typescript.createSourceFile(path, text, typescript.ScriptTarget.Latest, true);
  }

  /** The first node for which `test` holds, outermost first. */
  find<T extends ts.Node>(test: (node: ts.Node) => node is T): T | undefined {
    const visit = (node: ts.Node): T | undefined => (test(node) ? node : this.ts.forEachChild(node, visit));
    return visit(this.file);
  }

  /** All nodes for which `test` holds, outermost first. */
  findAll<T extends ts.Node>(test: (node: ts.Node) => node is T): readonly T[] {
    const found: T[] = [];
    const visit = (node: ts.Node): void => {
      if (test(node)) found.push(node);
      this.ts.forEachChild(node, visit);
    };
    visit(this.file);
    return found;
  }

  /** The first call of `name`, such as `NestFactory.create`. */
  findCall(name: string): ts.CallExpression | undefined {
    return this.find((node): node is ts.CallExpression => this.isCall(node, name));
  }

  isCall(node: ts.Node, name: string): node is ts.CallExpression {
    return this.ts.isCallExpression(node) && node.expression.getText() === name;
  }

  /** The value of a property of an object literal. */
  valueOf(object: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
    for (const property of object.properties) {
      const { name: own } = property;
      if (own === undefined || !(this.ts.isIdentifier(own) || this.ts.isStringLiteral(own)) || own.text !== name)
        continue;
      return this.ts.isPropertyAssignment(property) ? property.initializer : (own as ts.Identifier);
    }
    return undefined;
  }

  /** Where a name comes from: the module as it is written there, and the name that it has in it. */
  originOf(name: string): { from: string; name: string } | undefined {
    for (const { importClause, from } of this.imports()) {
      if (importClause?.name?.text === name) return { from, name };
      const bindings = importClause?.namedBindings;
      if (bindings === undefined || !this.ts.isNamedImports(bindings)) continue;
      const found = bindings.elements.find((element) => element.name.text === name);
      if (found !== undefined) return { from, name: (found.propertyName ?? found.name).text };
    }
    return undefined;
  }

  /** The extension with which files of the application are imported; `undefined` where none is. */
  get extension(): string | undefined {
    const file = this.imports().find(({ from }) => from.startsWith('.'));
    return file && extensionOf(file.from);
  }

  insert(at: number, text: string): void {
    this.insertions.push({ at, text });
  }

  /** Adds the import of a name, after the last import that stands there, unless it is imported already. */
  addImport(name: string, from: string): void {
    if (this.originOf(name) !== undefined) return;
    const last = this.file.statements.findLast((statement) => this.ts.isImportDeclaration(statement));
    const line = this.style.of(`import { ${name} } from '${from}';`);
    if (last === undefined) this.insert(0, `${line}\n`);
    else this.insert(this.lineEnd(last.getEnd()), `\n${line}`);
  }

  /** Adds elements at the end of a list or an object: in lines of their own, unless those there stand in one line. */
  append(literal: Literal, written: readonly string[]): void {
    const elements = written.map((element) => this.style.of(element));
    const standing = this.ts.isArrayLiteralExpression(literal) ? literal.elements : literal.properties;
    const close = literal.getEnd() - 1;
    const indent = this.indentOf(literal.getStart());
    if (standing.length === 0) {
      const inner = indent + this.style.indented('  .').slice(0, -1);
      const lines = elements.map((element) => `\n${inner}${element.replaceAll('\n', `\n${inner}`)},`);
      // Empty brackets hold nothing, white space or a comment.
      const at = literal.getStart() + 1 + this.text.slice(literal.getStart() + 1, close).trimEnd().length;
      this.insert(at, lines.join('') + (this.text.slice(at, close).includes('\n') ? '' : `\n${indent}`));
      return;
    }
    const last = standing.at(-1)!;
    const comma = standing.hasTrailingComma === true ? '' : ',';
    const at = standing.hasTrailingComma === true ? standing.end : last.getEnd();
    const inOneLine = !this.text.slice(literal.getStart(), standing[0]!.getStart()).includes('\n');
    if (inOneLine) this.insert(at, `${comma} ${elements.join(', ')}`);
    else {
      const own = this.indentOf(standing[0]!.getStart());
      const lines = elements.map((element) => `\n${own}${element.replaceAll('\n', `\n${own}`)}`);
      if (comma !== '') this.insert(at, comma);
      this.insert(this.lineEnd(at), `${lines.join(',')},`);
    }
  }

  /** The text with all that was inserted. */
  toString(): string {
    let text = this.text;
    // At one place, the first insertion stands first.
    for (const { at, text: inserted } of this.insertions.toReversed().sort((a, b) => b.at - a.at))
      text = text.slice(0, at) + this.style.withNewlines(inserted) + text.slice(at);
    return text;
  }

  private imports(): readonly { importClause: ts.ImportClause | undefined; from: string }[] {
    const { ts } = this;
    return this.file.statements
      .filter((statement) => ts.isImportDeclaration(statement))
      .map(({ importClause, moduleSpecifier }) => ({ importClause, from: (moduleSpecifier as ts.StringLiteral).text }));
  }

  /** Behind the comments that follow a position in its line. */
  private lineEnd(position: number): number {
    const comments = this.ts.getTrailingCommentRanges(this.text, position) ?? [];
    return comments.at(-1)?.end ?? position;
  }

  private indentOf(position: number): string {
    const line = this.text.slice(this.text.lastIndexOf('\n', position - 1) + 1);
    return /^[ \t]*/.exec(line)![0];
  }
}

/** The extension of an import, which TypeScript writes as `.js`, or `.ts` where it is told to. */
export function extensionOf(from: string): string {
  return /\.[cm]?[jt]s$/.exec(from)?.[0] ?? '';
}
