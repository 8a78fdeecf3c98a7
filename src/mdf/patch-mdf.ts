import type { LinkSpec } from '../config/index.js';
import { RequestError } from '../runtime/index.js';
import {
  COMMAND_KEY,
  type MdfOptions,
  type MdfSetting,
  mdfComments,
  mdfSettings,
  REMOTE_KEYS,
} from './mdf-lines.js';
import {
  isUtf8,
  joinMdf,
  latin1AsUtf8,
  type MdfLine,
  readSetting,
  splitMdf,
  utf8AsLatin1,
  withoutEndBlanks,
} from './mdf-text.js';

/** One line that a patch changed. */
export interface MdfChange {
  readonly kind: 'added' | 'replaced' | 'enabled' | 'disabled';
  /** 1-based, in the patched file. */
  readonly line: number;
  readonly key: string;
  /** The line as it was; '' for an added one. */
  readonly before: string;
  readonly after: string;
}

/** A patched file. */
export interface MdfPatch {
  /** A new array; equal to the input when nothing had to change. */
  readonly bytes: Uint8Array;
  readonly changes: readonly MdfChange[];
}

/**
 * Sets in an .mdf what a link needs, and turns the keys of the other kinds of link into comments.
 *
 * Everything else stays byte for byte: encoding, line ends, comments, order. The line that counts (the last with its key)
 * is changed in place, a line that was commented out is used again, and only what is missing is added at the end.
 * Patching a patched file changes nothing.
 *
 * @param bytes - the file; not changed.
 * @throws {ConfigError} as `mdfSettings`.
 * @throws {RequestError} BRIDGE_ERR_MDF — the file is no .mdf, is not UTF-8 while the command needs it, or has no free command slot.
 */
export function patchMdf(bytes: Uint8Array, link: LinkSpec, options: MdfOptions = {}): MdfPatch {
  const { lines, lineEnd } = splitMdf(bytes);
  const settings = inFreeSlot(lines, mdfSettings(link, options));
  refuseMixedEncoding(lines, settings);
  const patch = new LinePatch(lines, lineEnd);
  for (const key of rivalKeys(link)) patch.disable(key);
  const missing = settings.filter((setting) => !patch.set(setting));
  patch.append(mdfComments(link, options), missing);
  return { bytes: joinMdf(patch.lines), changes: patch.changes };
}

/** The keys that would put Plugin_Remote into another mode than this link's; none for stdio, which goes beside any. */
export function rivalKeys(link: LinkSpec): readonly string[] {
  if (link.kind === 'stdio' || link.kind === 'simulator') return [];
  return Object.entries(REMOTE_KEYS).flatMap(([kind, keys]) => (kind === link.kind ? [] : keys));
}

/** The setting that counts for each key: the last. */
export function activeSettings(lines: readonly MdfLine[]): ReadonlyMap<string, string> {
  return new Map(lines.flatMap((line) => readSetting(line) ?? []).map(({ key, value }) => [key, value]));
}

/** Moves the command to its own old slot, else to the first free one of `Command`, `Command1` … `Command9`. */
export function inFreeSlot(
  lines: readonly MdfLine[],
  settings: readonly MdfSetting[],
): readonly MdfSetting[] {
  const command = settings.find(({ key }) => key === COMMAND_KEY);
  if (command === undefined) return settings;
  const active = activeSettings(lines);
  const slots = [COMMAND_KEY, ...Array.from({ length: 9 }, (_, index) => `${COMMAND_KEY}${index + 1}`)];
  const value = utf8AsLatin1(command.value);
  const slot =
    slots.find((key) => active.get(key) === value) ??
    slots.find((key) => isBridgeCommand(active.get(key))) ??
    slots.find((key) => !active.has(key));
  if (slot === undefined) {
    throw new RequestError(
      'BRIDGE_ERR_MDF',
      `All ten ${COMMAND_KEY} lines of the .mdf are taken: remove one and try again.`,
    );
  }
  return settings.map((setting) => (setting === command ? { key: slot, value: command.value } : setting));
}

/** Whether a command line starts the bridge, in whatever way. */
export function isBridgeCommand(value: string | undefined): boolean {
  return value !== undefined && /mmdagent-bridge.*stdio:/.test(value);
}

function refuseMixedEncoding(lines: readonly MdfLine[], settings: readonly MdfSetting[]): void {
  const hasForeign = settings.some(({ value }) => !/^[\x00-\x7f]*$/.test(value));
  if (!hasForeign || isUtf8(lines.map((line) => line.text).join('\n'))) return;
  throw new RequestError(
    'BRIDGE_ERR_MDF',
    'The .mdf is not UTF-8, but the command has characters beyond ASCII: save the file as UTF-8, or move the program to a folder with a plain name.',
  );
}

/** Lines being changed, and the record of it. */
class LinePatch {
  readonly lines: MdfLine[];
  readonly changes: MdfChange[] = [];
  readonly #lineEnd: string;

  constructor(lines: readonly MdfLine[], lineEnd: string) {
    this.lines = [...lines];
    this.#lineEnd = lineEnd;
  }

  disable(key: string): void {
    for (const [index, line] of this.lines.entries()) {
      if (readSetting(line)?.key === key) this.#change('disabled', index, key, `#${line.text}`);
    }
  }

  /** @returns False when there is no line to hold the setting. */
  set({ key, value }: MdfSetting): boolean {
    const text = `${key}=${utf8AsLatin1(value)}`;
    const index = this.lines.findLastIndex((line) => readSetting(line)?.key === key);
    const line = this.lines[index];
    if (line !== undefined) {
      if (readSetting(line)?.value !== utf8AsLatin1(value)) this.#change('replaced', index, key, text);
      return true;
    }
    const disabledIndex = this.lines.findLastIndex(
      (candidate) => withoutEndBlanks(candidate.text) === `#${text}`,
    );
    if (disabledIndex < 0) return false;
    this.#change('enabled', disabledIndex, key, text);
    return true;
  }

  append(comments: readonly string[], settings: readonly MdfSetting[]): void {
    if (settings.length === 0) return;
    const last = this.lines.at(-1);
    if (last !== undefined && last.end === '') {
      this.lines[this.lines.length - 1] = { text: last.text, end: this.#lineEnd };
    }
    for (const comment of comments) {
      if (!this.lines.some((line) => line.text === comment))
        this.lines.push({ text: comment, end: this.#lineEnd });
    }
    for (const { key, value } of settings) {
      const after = `${key}=${value}`;
      this.lines.push({ text: utf8AsLatin1(after), end: this.#lineEnd });
      this.changes.push({ kind: 'added', line: this.lines.length, key, before: '', after });
    }
  }

  #change(kind: MdfChange['kind'], index: number, key: string, text: string): void {
    const line = this.lines[index];
    if (line === undefined) return;
    this.lines[index] = { text, end: line.end };
    this.changes.push({
      kind,
      line: index + 1,
      key,
      before: latin1AsUtf8(line.text),
      after: latin1AsUtf8(text),
    });
  }
}
