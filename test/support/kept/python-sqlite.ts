import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SqliteDatabase, SqliteModule, SqliteStatement, SqliteValue } from '../../../src/kept/index.js';

const PROGRAM = `
import json, sqlite3, sys
questions, answers = open(sys.argv[2]), open(sys.argv[3], 'w')
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.row_factory = sqlite3.Row
for line in questions:
    sql, values, kind = json.loads(line)
    try:
        if kind == 'exec':
            db.executescript(sql)
            answer = {'rows': [], 'changes': 0}
        else:
            cursor = db.execute(sql, values)
            answer = {'rows': [dict(row) for row in cursor.fetchall()], 'changes': max(0, cursor.rowcount)}
    except sqlite3.Error as error:
        answer = {'error': str(error)}
    print(json.dumps(answer), file=answers, flush=True)
db.close()
`;

interface Answer {
  readonly rows: readonly unknown[];
  readonly changes: number;
  readonly error?: string;
}

/** Waits without the event loop: `node:sqlite` answers at once, and so must its stand-in. Two named pipes lead to a Python. */
class PythonDatabase implements SqliteDatabase {
  readonly #folder = mkdtempSync(join(tmpdir(), 'python-sqlite-'));
  readonly #questions: number;
  readonly #answers: number;
  #isOpen = true;

  constructor(path: string) {
    const pipes = ['questions', 'answers'].map((name) => join(this.#folder, name));
    spawnSync('mkfifo', pipes);
    spawn('python3', ['-c', PROGRAM, path, ...pipes], { stdio: 'ignore' });
    this.#questions = openSync(pipes[0] ?? '', 'w');
    this.#answers = openSync(pipes[1] ?? '', 'r');
  }

  exec(sql: string): void {
    this.#ask(sql, [], 'exec');
  }

  prepare(sql: string): SqliteStatement {
    return {
      run: (...values) => ({ changes: this.#ask(sql, values, 'run').changes }),
      all: (...values) => this.#ask(sql, values, 'all').rows,
    };
  }

  close(): void {
    this.#isOpen = false;
    closeSync(this.#questions);
    closeSync(this.#answers);
    rmSync(this.#folder, { recursive: true });
  }

  #ask(sql: string, values: readonly SqliteValue[], kind: string): Answer {
    if (!this.#isOpen) throw new Error('database is not open');
    writeSync(this.#questions, `${JSON.stringify([sql, values, kind])}\n`);
    const bytes = Buffer.alloc(65_536);
    let text = '';
    while (!text.endsWith('\n')) {
      const count = readSync(this.#answers, bytes);
      if (count === 0) throw new Error('Python ended');
      text += bytes.toString('latin1', 0, count);
    }
    const answer: Answer = JSON.parse(text);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }
}

/** A real SQLite behind the part of `node:sqlite` that is used, for Nodes that have none. */
export const PYTHON_SQLITE: SqliteModule = { DatabaseSync: PythonDatabase };
