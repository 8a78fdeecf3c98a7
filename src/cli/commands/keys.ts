import {
  accessFiles,
  isKeyName,
  isRole,
  type KeyEntry,
  keyEntry,
  newKey,
  readKeyFile,
  writeKeyFile,
} from '../../access/index.js';
import { BridgeError, ConfigError, nearestName, SystemClock } from '../../runtime/index.js';
import { type CommandContext, textArg } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { printableJson } from '../printable.js';

const MAX_NOTE_CHARS = 200;

/** `keys add NAME`: the key is the answer; it is written nowhere. */
export async function keysAdd(context: CommandContext): Promise<number> {
  const { args } = context;
  const name = textArg(args, 'name') ?? '';
  if (!isKeyName(name))
    throw new ConfigError(
      'BRIDGE_ERR_USAGE',
      'Expected a name of 1 to 63 letters (a-z), digits, dots, _ and -, with a letter or digit first, and not mab_ at its beginning',
    );
  const role = textArg(args, 'role') ?? 'client';
  if (!isRole(role)) throw new ConfigError('BRIDGE_ERR_USAGE', 'Expected --role visitor, client or operator');
  const note = noteOf(textArg(args, 'note'));
  const file = keyFileOf(context);
  const { entries } = await readKeyFile(file);
  if (entries.some((entry) => entry.name === name))
    throw new BridgeError(
      'BRIDGE_ERR_KEYS',
      `There is a key named ${name} already: take another name, or \`mmdagent-bridge keys remove ${name}\` first`,
    );
  const key = newKey();
  const createdAt = new Date(new SystemClock().wallMs()).toISOString();
  const entry = await keyEntry(key, { name, role, createdAt, ...(note === undefined ? {} : { note }) });
  await writeKeyFile(file, [...entries, entry]);
  if (args['json'] === true) context.print(printableJson({ name, role, key, file }));
  else context.print(key);
  context.say(
    `Key ${name} (${role}) is good from now on. It is shown this once: ${file} keeps only what tells it. Programs send it as header Authorization: Bearer KEY`,
  );
  return EXIT.ok;
}

/** `keys list` */
export async function keysList(context: CommandContext): Promise<number> {
  const file = keyFileOf(context);
  const { entries } = await readKeyFile(file);
  if (context.args['json'] === true) {
    const keys = entries.map(({ name, role, hint, createdAt, note }) => ({
      ...{ name, role, begins: `mab_${hint}`, createdAt },
      ...(note === undefined ? {} : { note }),
    }));
    context.print(printableJson({ file, keys }));
    return EXIT.ok;
  }
  if (entries.length === 0)
    context.say(`There are no keys in ${file}: only the user of this machine may use the server`);
  const width = Math.max(0, ...entries.map(({ name }) => name.length));
  for (const entry of entries) context.print(lineOf(entry, width));
  return EXIT.ok;
}

/** `keys remove NAME` */
export async function keysRemove(context: CommandContext): Promise<number> {
  const name = textArg(context.args, 'name') ?? '';
  const file = keyFileOf(context);
  const { entries } = await readKeyFile(file);
  const left = entries.filter((entry) => entry.name !== name);
  if (left.length === entries.length) throw unknown(name, entries);
  await writeKeyFile(file, left);
  if (context.args['json'] === true) context.print(printableJson({ removed: name, left: left.length }));
  context.say(
    left.length === 0
      ? `Key ${name} is removed. It was the last: a running server lets nobody in any more; started anew on localhost, it takes the user of this machine without a key`
      : `Key ${name} is removed. Connections that are open with it stay until they end`,
  );
  return EXIT.ok;
}

/**
 * The flag's, else that of the settings (`serve.keyFile`), else the user's.
 *
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - the environment names no home.
 */
function keyFileOf({ args, io, resolved }: CommandContext): string {
  const ofSettings = resolved.config.serve['keyFile'];
  const file =
    textArg(args, 'keys-file') ??
    (typeof ofSettings === 'string' ? ofSettings : accessFiles(io.env, process.platform)?.keyFile);
  if (file !== undefined && file !== '') return file;
  throw new ConfigError(
    'BRIDGE_ERR_CONFIG_INVALID',
    'Where to keep keys is not known: set HOME or XDG_CONFIG_HOME (Windows: APPDATA) to a full path, or give --keys-file',
  );
}

function noteOf(note: string | undefined): string | undefined {
  if (note === undefined || note.trim() === '') return undefined;
  if (note.length <= MAX_NOTE_CHARS && !/\p{Cc}/u.test(note)) return note;
  throw new ConfigError(
    'BRIDGE_ERR_USAGE',
    `Expected a --note of one line, no more than ${MAX_NOTE_CHARS} characters`,
  );
}

function lineOf({ name, role, hint, createdAt, note }: KeyEntry, width: number): string {
  const line = `${name.padEnd(width)}  ${role.padEnd(8)}  mab_${hint}…  ${createdAt.slice(0, 10)}`;
  return note === undefined ? line : `${line}  ${note}`;
}

function unknown(name: string, entries: readonly KeyEntry[]): BridgeError {
  const near = nearestName(
    name,
    entries.map((entry) => entry.name),
  );
  const hint =
    near === undefined ? '`mmdagent-bridge keys list` shows which there are' : `did you mean ${near}?`;
  return new BridgeError('BRIDGE_ERR_KEYS', `There is no key of this name: ${hint}`);
}
