import Libsql from 'libsql/promise';

interface Statement {
  raw(): Statement;
  all(values: unknown[]): Promise<unknown[]>;
}

/**
 * Reads a file in WAL mode on a thread of libsql's. Counting a million rows takes SQLite a tenth of a second and more,
 * for which the whole process would wait.
 */
export class BackgroundReads {
  private readonly db: Libsql;
  private readonly statements = new Map<string, Promise<Statement>>();
  private last: Promise<unknown> = Promise.resolve();

  constructor(file: string) {
    this.db = new Libsql(file, {});
  }

  /** The rows of a query, as arrays; one query after the other. */
  all(sql: string, values: unknown[]): Promise<unknown[]> {
    const rows = this.last.then(async () => (await this.prepared(sql)).all(values));
    this.last = rows.catch(() => undefined);
    return rows;
  }

  /** Resolves once none is under way. */
  async close(): Promise<void> {
    await this.last;
    this.db.close();
  }

  private async prepared(sql: string): Promise<Statement> {
    let statement = this.statements.get(sql);
    if (statement === undefined) {
      statement = this.prepare(sql);
      this.statements.set(sql, statement);
      statement.catch(() => this.statements.delete(sql));
    }
    return statement;
  }

  private async prepare(sql: string): Promise<Statement> {
    const statement: Statement = await this.db.prepare(sql);
    return statement.raw();
  }
}
