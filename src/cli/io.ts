import type { Readable, Writable } from 'node:stream';

/** Everything a command touches of the process, so that tests can give their own. */
export interface Io {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** First Ctrl-C (or SIGTERM): finish what is under way, then end. */
  readonly drain: AbortSignal;
  /** Second Ctrl-C: end now. */
  readonly quit: AbortSignal;
  readonly isTerminal: boolean;
}

/** The real process. SIGHUP (a closed terminal) counts as Ctrl-C. */
export function processIo(): Io {
  const drain = new AbortController();
  const quit = new AbortController();
  const onSignal = (): void => {
    if (drain.signal.aborted) quit.abort();
    else drain.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal);
  // A reader that went away (`monitor | head`) ends the command, not with a stack trace.
  process.stdout.on('error', () => quit.abort());
  process.stderr.on('error', () => {});
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    drain: drain.signal,
    quit: quit.signal,
    isTerminal: process.stderr.isTTY === true,
  };
}

export function printLine(stream: Writable, text: string): void {
  stream.write(`${text}\n`);
}
