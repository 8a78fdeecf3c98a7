/** What a line of `chat` means: words for the avatar, or a command. */
export type ChatLine =
  | { readonly type: 'ask'; readonly text: string; readonly images: readonly string[] }
  | { readonly type: 'say'; readonly text: string }
  /** Words of a sound file, as if they were spoken into the microphone. */
  | { readonly type: 'voice'; readonly file: string }
  /** A canned line, by its name in the settings. */
  | { readonly type: 'line'; readonly name: string }
  | { readonly type: 'wait'; readonly ms: number }
  | { readonly type: 'await' }
  | { readonly type: Plain }
  | { readonly type: 'wrong'; readonly why: string };

type Plain = 'stop' | 'talk' | 'takeOver' | 'handBack' | 'forget' | 'latency' | 'help' | 'quit' | 'nothing';

interface ChatCommand {
  readonly name: string;
  readonly takes: string;
  readonly describe: string;
  readonly read: (rest: string) => ChatLine;
}

const MAX_WAIT_MS = 600_000;

const plain = (type: Plain) => (): ChatLine => ({ type });

/** Every command, in the order in which help lists them. */
export const CHAT_COMMANDS: readonly ChatCommand[] = [
  { name: 'stop', takes: '', describe: 'end the reply', read: plain('stop') },
  {
    name: 'say',
    takes: 'TEXT',
    describe: 'the avatar says this; while you have taken over, as its reply',
    read: (text) => (text === '' ? wrong('/say: expected what to say') : { type: 'say', text }),
  },
  { name: 'take', takes: '', describe: 'you write the replies from now on', read: plain('takeOver') },
  { name: 'back', takes: '', describe: 'the model replies again', read: plain('handBack') },
  {
    name: 'line',
    takes: 'NAME',
    describe: 'a canned line of the settings (also Alt and its digit)',
    read: (name) => (name === '' ? wrong('/line: expected its name') : { type: 'line', name }),
  },
  { name: 'image', takes: 'FILE [TEXT]', describe: 'ask about a picture', read: image },
  {
    name: 'voice',
    takes: 'FILE',
    describe: 'hear a sound file as if it were spoken into the microphone',
    read: (file) => (file === '' ? wrong('/voice: expected a sound file') : { type: 'voice', file }),
  },
  {
    name: 'talk',
    takes: '',
    describe:
      'push to talk: what you say begins, and with the next /talk it ends (with --push-to-talk also Space on an empty line)',
    read: plain('talk'),
  },
  { name: 'wait', takes: 'MS', describe: 'do nothing for so long (for scripts)', read: wait },
  {
    name: 'await',
    takes: '',
    describe: 'wait until the avatar has finished (for scripts)',
    read: () => ({ type: 'await' }),
  },
  { name: 'latency', takes: '', describe: 'where the time went, by stage', read: plain('latency') },
  {
    name: 'forget',
    takes: '',
    describe: 'begin anew: what was said is forgotten, also what is kept of it; then another session',
    read: plain('forget'),
  },
  { name: 'help', takes: '', describe: 'this list', read: plain('help') },
  {
    name: 'quit',
    takes: '',
    describe:
      'end (also Ctrl-D, and Ctrl-C: it ends a reply under way with the conversation, a second one leaves at once)',
    read: plain('quit'),
  },
];

/** @param line - as typed; `//` at its beginning is a slash of the words. */
export function readChatLine(line: string): ChatLine {
  const text = line.trim();
  if (text === '') return { type: 'nothing' };
  if (!text.startsWith('/') || text.startsWith('//'))
    return { type: 'ask', text: text.replace(/^\/\//, '/'), images: [] };
  const [, name = '', rest = ''] = /^\/(\S*)\s*([\s\S]*)$/.exec(text) ?? [];
  const command = CHAT_COMMANDS.find((one) => one.name === name);
  if (command === undefined)
    return wrong(`there is no command /${name.slice(0, 40)}; /help lists them, // begins words with a slash`);
  return command.read(rest.trim());
}

export function chatHelp(): string {
  const heads = CHAT_COMMANDS.map(({ name, takes }) => `/${name} ${takes}`.trim());
  const width = Math.max(...heads.map((head) => head.length));
  return CHAT_COMMANDS.map(({ describe }, at) => `  ${(heads[at] ?? '').padEnd(width)}  ${describe}`).join(
    '\n',
  );
}

function image(rest: string): ChatLine {
  const [, quoted, bare, text = ''] = /^(?:"([^"]+)"|(\S+))\s*([\s\S]*)$/.exec(rest) ?? [];
  const file = quoted ?? bare;
  return file === undefined
    ? wrong('/image: expected a picture file')
    : { type: 'ask', text, images: [file] };
}

function wait(rest: string): ChatLine {
  const ms = Number(rest);
  return /^\d+$/.test(rest) && ms <= MAX_WAIT_MS
    ? { type: 'wait', ms }
    : wrong(`/wait: expected milliseconds from 0 to ${MAX_WAIT_MS}, got "${rest.slice(0, 40)}"`);
}

function wrong(why: string): ChatLine {
  return { type: 'wrong', why };
}
