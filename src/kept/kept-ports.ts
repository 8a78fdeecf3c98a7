import type { Clock, Logger } from '../runtime/index.js';

/** What `openKept` needs of the world. */
export interface KeptPorts {
  readonly clock: Clock;
  /** @default nothing is logged */
  readonly logger?: Logger;
  /** Where sessions go when the settings name no folder. */
  readonly defaultFolder?: string | undefined;
  /**
   * Whether what is too old or too much is removed, now and once a day. Not for those who only look.
   *
   * @default true
   */
  readonly sweeps?: boolean;
  /** Gives 32 hexadecimal digits, 128 random bits. @default the system's source of secrets */
  readonly newId?: () => string;
  /** Loads `node:sqlite`. @default the one of this Node */
  readonly loadSqlite?: () => Promise<SqliteModule>;
}

/** The part of `node:sqlite` that is used. */
export interface SqliteModule {
  readonly DatabaseSync: new (path: string) => SqliteDatabase;
}

export interface SqliteDatabase {
  exec(sql: string): void;
  prepare(sql: string): SqliteStatement;
  close(): void;
}

export interface SqliteStatement {
  run(...values: readonly SqliteValue[]): { readonly changes: number | bigint };
  all(...values: readonly SqliteValue[]): readonly unknown[];
}

export type SqliteValue = string | number | null;
