interface Version {
  readonly data: object;
  readonly createdAt: string;
  deletedAt: string;
  destroyed: boolean;
}

/** Secrets with their versions, as the key-value engine of version 2 tells them. */
export class KeyValueEngine {
  private readonly secrets = new Map<string, Version[]>();

  constructor(private readonly now: () => number) {}

  write(path: string, data: object): object {
    const versions = this.secrets.get(path) ?? [];
    versions.push({ data, createdAt: new Date(this.now()).toISOString(), deletedAt: '', destroyed: false });
    this.secrets.set(path, versions);
    return this.metadataOf(versions, versions.length);
  }

  /** The status and the `data` of an answer. A version that was deleted is answered 404, with its metadata. */
  read(path: string, wanted: number): { readonly status: number; readonly data?: object } {
    const versions = this.secrets.get(path) ?? [];
    const version = wanted === 0 ? versions.length : wanted;
    const found = versions[version - 1];
    if (found === undefined) return { status: 404 };
    const metadata = this.metadataOf(versions, version);
    if (found.deletedAt !== '' || found.destroyed) return { status: 404, data: { data: null, metadata } };
    return { status: 200, data: { data: found.data, metadata } };
  }

  /** Deletes the latest version, as `DELETE` of its data does. */
  delete(path: string): void {
    const latest = this.secrets.get(path)?.at(-1);
    if (latest !== undefined) latest.deletedAt = new Date(this.now()).toISOString();
  }

  /** Forgets all versions, as `DELETE` of its metadata does. */
  forget(path: string): void {
    this.secrets.delete(path);
  }

  private metadataOf(versions: readonly Version[], version: number): object {
    const { createdAt, deletedAt, destroyed } = versions[version - 1]!;
    return { created_time: createdAt, custom_metadata: null, deletion_time: deletedAt, destroyed, version };
  }
}
