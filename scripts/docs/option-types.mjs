// The options of each policy as their types and docstrings have them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/**
 * Reads the types of all options under `folder`, and returns a function of a type's name: the options within it, each
 * with `name`, `type` (the text of its type), `doc`, `single` (whether one plain value sets it) and its own `options`.
 */
export function optionTypes(folder) {
  const declared = declarationsIn(folder);

  function optionsOf(node) {
    if (ts.isTypeReferenceNode(node) || ts.isExpressionWithTypeArguments(node)) {
      const name = (node.typeName ?? node.expression).getText();
      if (name === 'Partial') return optionsOf(node.typeArguments[0]);
      return declared.has(name) ? optionsOf(declared.get(name)) : [];
    }
    if (ts.isInterfaceDeclaration(node)) {
      const inherited = (node.heritageClauses ?? []).flatMap(({ types }) => types).flatMap(optionsOf);
      return unique([...inherited, ...node.members.map(optionOf)]);
    }
    if (ts.isTypeAliasDeclaration(node)) return optionsOf(node.type);
    if (ts.isIntersectionTypeNode(node) || ts.isUnionTypeNode(node)) return node.types.flatMap(optionsOf);
    return ts.isTypeLiteralNode(node) ? node.members.map(optionOf) : [];
  }

  function optionOf(member) {
    return {
      name: member.name.text,
      type: textOf(member.type),
      doc: docOf(member),
      single: isSingle(member.type),
      options: optionsOf(member.type),
    };
  }

  /** The text of a type as a document shows it: options within it have rows of their own. */
  function textOf(node) {
    if (ts.isUnionTypeNode(node)) return node.types.map(textOf).join(' | ');
    if (ts.isIntersectionTypeNode(node) || ts.isTypeLiteralNode(node)) return '{ … }';
    if (ts.isTypeReferenceNode(node) && optionsOf(node).length > 0) return '{ … }';
    if (ts.isIndexedAccessTypeNode(node) && declared.has(node.objectType.getText()))
      return `as \`${node.indexType.literal.text}\``;
    return node.getText().replaceAll(/\s+/g, ' ').replaceAll('readonly ', '');
  }

  /** Whether a value that is neither a function, a list nor an object can be meant. */
  function isSingle(node) {
    if (ts.isParenthesizedTypeNode(node)) return isSingle(node.type);
    if (ts.isUnionTypeNode(node)) return node.types.some(isSingle);
    if (ts.isLiteralTypeNode(node)) return node.literal.kind !== ts.SyntaxKind.NullKeyword;
    if (ts.isTypeReferenceNode(node)) {
      const alias = declared.get(node.typeName.getText());
      return alias === undefined || (ts.isTypeAliasDeclaration(alias) && isSingle(alias.type));
    }
    return /^(?:number|string|boolean)$/.test(node.getText());
  }

  return (name) => optionsOf(declared.get(name));
}

function declarationsIn(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('options.ts'),
  );
  const declared = files.flatMap((path) => {
    const file = join(folder, path);
    const { statements } = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
    return statements.filter((node) => ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node));
  });
  return new Map(declared.map((node) => [node.name.text, node]));
}

/** The latest of those that have one name, where the first stood. */
function unique(options) {
  return [...new Map(options.map((option) => [option.name, option])).values()];
}

function docOf(node) {
  const [doc] = node.jsDoc ?? [];
  return doc === undefined ? '' : ts.getTextOfJSDocComment(doc.comment).replaceAll(/\s+/g, ' ');
}
