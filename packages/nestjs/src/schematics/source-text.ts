import { createRequire } from 'node:module';
import { join } from 'node:path';
import type ts from 'typescript';

type TypeScript = typeof ts;
type Literal = ts.ArrayLiteralExpression | ts.ObjectLiteralExpression;

/** TypeScript as the application has it, which every application that Nest's CLI builds does. */
function typescriptOf(folder: string): TypeScript {
  return createRequire(join(folder, 'package.json'))('typescript') as TypeScript;
}

/** A TypeScript file that is read as a tree and changed as text: what is not changed stays as it was written. */
export class SourceText {
  readonly ts: TypeScript;
  private readonly file: ts.SourceFile;
  private readonly insertions: { at: number; text: string }[] = [];

  constructor(
    path: string,
    private readonly text: string,
    typescript: TypeScript = typescriptOf(process.cwd()),
  ) {
    this.ts = typescript;
    this.file = typescript.createSourceFile(path, text, typescript.ScriptTarget.Latest, true);
  }

  /** The first node for which `test` holds, outermost first. */
  find<T extends ts.Node>(test: (node: ts.Node) => node is T): T | undefined {
    const visit = (node: ts.Node): T | undefined => (test(node) ? node : this.ts.forEachChild(node, visit));
    return visit(this.file);
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

  /** The module from which a name is imported, as it is written there. */
  originOf(name: string): string | undefined {
    for (const statement of this.file.statements) {
      if (!this.ts.isImportDeclaration(statement)) continue;
      const bindings = statement.importClause?.namedBindings;
      if (bindings === undefined || !this.ts.isNamedImports(bindings)) continue;
      if (bindings.elements.some((element) => element.name.text === name))
        return (statement.moduleSpecifier as ts.StringLiteral).text;
    }
    return undefined;
  }

  insert(at: number, text: string): void {
    this.insertions.push({ at, text });
  }

  /** Adds the import of a name, after the last import that stands there, unless it is imported already. */
  addImport(name: string, from: string): void {
    if (this.originOf(name) !== undefined) return;
    const last = this.file.statements.findLast((statement) => this.ts.isImportDeclaration(statement));
    const line = `import { ${name} } from '${from}';`;
    if (last === undefined) this.insert(0, `${line}\n`);
    else this.insert(last.getEnd(), `\n${line}`);
  }

  /** Adds elements at the end of a list or an object: in lines of their own, unless those there stand in one line. */
  append(literal: Literal, elements: readonly string[]): void {
    const standing = this.ts.isArrayLiteralExpression(literal) ? literal.elements : literal.properties;
    const close = literal.getEnd() - 1;
    const indent = this.indentOf(literal.getStart());
    if (standing.length === 0) {
      const lines = elements.map((element) => `\n${indent}  ${element.replaceAll('\n', `\n${indent}  `)},`);
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
      this.insert(at, `${comma}${lines.join(',')},`);
    }
  }

  /** The text with all that was inserted. */
  toString(): string {
    let text = this.text;
    // At one place, the first insertion stands first.
    for (const { at, text: inserted } of this.insertions.toReversed().sort((a, b) => b.at - a.at))
      text = text.slice(0, at) + inserted + text.slice(at);
    return text;
  }

  private indentOf(position: number): string {
    const line = this.text.slice(this.text.lastIndexOf('\n', position - 1) + 1);
    return /^[ \t]*/.exec(line)![0];
  }
}
