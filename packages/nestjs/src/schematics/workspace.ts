/**
 * The files of an application, as a schematic sees them: the part of `Tree` of `@angular-devkit/schematics` that is
 * used here. Nest's CLI brings that library, so this package needs none of it.
 */
export interface Workspace {
  exists(path: string): boolean;
  readText(path: string): string;
  create(path: string, content: string): void;
  overwrite(path: string, content: string): void;
}

/** The CLI hands this to a schematic: the part of `SchematicContext` that is used here. */
export interface SchematicContext {
  readonly logger: { info(message: string): void; warn(message: string): void };
  addTask(task: { toConfiguration(): { name: string; options: object } }): unknown;
}

/** Writes a file if that changes it, so that a second run reports nothing. */
export function write(files: Workspace, path: string, content: string): void {
  if (!files.exists(path)) files.create(path, content);
  else if (files.readText(path) !== content) files.overwrite(path, content);
}
