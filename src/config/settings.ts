import { isAddressRange } from './allow.js';
import { CONVERSATION_SETTINGS } from './conversation-settings.js';
import { parseListenAddress } from './host.js';
import { isModelAlias } from './parse-link.js';
import { SERVE_SETTINGS } from './serve-settings.js';
import { choice, optionalText, type Setting, text, textList, wholeNumber, yesNo } from './setting.js';
import { SPEECH_SETTINGS } from './speech-settings.js';
import { isAnyText, isBindHost, isDaemonAddress, isLaneName, isSharedDir } from './value-forms.js';

const path = { expects: 'a path', accepts: isAnyText, isPath: true } as const;

/** Every setting, one row each: type, check, flag, environment variable, help, README and `config show` come from here. */
export const SETTINGS = {
  configFile: optionalText({
    flag: 'config',
    env: 'BRIDGE_CONFIG',
    describe: 'Read settings from this YAML or JSON file; flags and environment win over it',
    fileAllowed: false,
    ...path,
    isPath: false,
  }),
  links: textList({
    flag: 'link',
    env: 'BRIDGE_LINK',
    describe:
      'A way to an MMDAgent-EX, [name=]URL with ws-listen:, tcp:, tcp-listen:, stdio: or simulator:; repeatable',
    expects: 'links [name=]URL',
    accepts: isAnyText,
    default: ['ws-listen://127.0.0.1:9001/chat'],
  }),
  model: text({
    flag: 'model',
    env: 'BRIDGE_MODEL',
    describe: 'Alias of the model that speaks',
    expects: 'a model alias of 1 to 64 characters without blanks, | and commas',
    accepts: isModelAlias,
    default: '0',
  }),
  lane: optionalText({
    flag: 'lane',
    env: 'BRIDGE_LANE',
    describe: 'Which avatar to use when several are connected',
    expects: 'a lane name of 1 to 80 characters without blanks and |, as `status` lists them',
    accepts: isLaneName,
  }),
  mode: choice({
    flag: 'mode',
    env: 'BRIDGE_MODE',
    describe:
      'Whether the bridge marks the end of each utterance (file) or MMDAgent-EX finds it by itself (stream)',
    choices: ['file', 'stream'],
    default: 'file',
  }),
  leadMs: wholeNumber({
    flag: 'lead-ms',
    env: 'BRIDGE_LEAD_MS',
    describe:
      'Sound sent ahead of what is heard; absorbs jitter, and is the price of interruption, because sound once sent cannot be recalled; 200 is recommended across a network',
    min: 0,
    max: 2000,
    unit: 'ms',
    default: 100,
  }),
  latencyMs: wholeNumber({
    flag: 'latency-ms',
    env: 'BRIDGE_LATENCY_MS',
    describe: 'Time MMDAgent-EX takes from the first byte to the first sample heard',
    min: 0,
    max: 1000,
    unit: 'ms',
    default: 45,
  }),
  secondPeer: choice({
    flag: 'second-peer',
    env: 'BRIDGE_SECOND_PEER',
    describe: 'What a second MMDAgent-EX on a taken link gets: a lane of its own, or a refusal (503)',
    choices: ['lane', 'refuse'],
    default: 'lane',
  }),
  allow: textList({
    flag: 'allow',
    env: 'BRIDGE_ALLOW',
    describe: 'Address or CIDR range that may connect to listening links; repeatable, replaces the default',
    expects: 'IPv4 or IPv6 addresses or CIDR ranges, such as 192.168.1.0/24',
    accepts: isAddressRange,
    default: ['127.0.0.1', '::1'],
  }),
  linkTlsCert: optionalText({
    flag: 'link-tls-cert',
    env: 'BRIDGE_LINK_TLS_CERT',
    describe: 'Certificate file (PEM) for ws-listen links; MMDAgent-EX speaks TLS on port 443 only',
    ...path,
  }),
  linkTlsKey: optionalText({
    flag: 'link-tls-key',
    env: 'BRIDGE_LINK_TLS_KEY',
    describe: 'Private key file (PEM) that belongs to the certificate for links',
    ...path,
  }),
  daemon: text({
    flag: 'daemon',
    env: 'BRIDGE_DAEMON',
    describe:
      "Which daemon to talk to: a name on this machine, or the ws:// or wss:// URL of another machine's; empty is yours",
    expects:
      'empty, a name of 1 to 32 of a-z 0-9 -, or a ws:// or wss:// URL without user, password and query',
    accepts: isDaemonAddress,
    default: '',
  }),
  key: optionalText({
    flag: undefined,
    env: 'BRIDGE_KEY',
    describe: 'Key shared by the daemon and clients on other machines',
    expects: 'printable ASCII without blanks',
    accepts: (value) => /^[\x21-\x7e]+$/.test(value),
    isSecret: true,
    fileAllowed: false,
  }),
  controlListen: optionalText({
    flag: 'control-listen',
    env: 'BRIDGE_CONTROL_LISTEN',
    describe: 'HOST:PORT on which the daemon also takes clients from other machines; needs BRIDGE_KEY',
    expects: 'HOST:PORT, an IPv6 host in [ ]',
    accepts: (value) => parseListenAddress(value) !== undefined,
  }),
  controlTlsCert: optionalText({
    flag: 'control-tls-cert',
    env: 'BRIDGE_CONTROL_TLS_CERT',
    describe: 'Certificate file (PEM) for --control-listen',
    ...path,
  }),
  controlTlsKey: optionalText({
    flag: 'control-tls-key',
    env: 'BRIDGE_CONTROL_TLS_KEY',
    describe: 'Private key file (PEM) that belongs to the certificate for --control-listen',
    ...path,
  }),
  simulator: yesNo({
    flag: 'simulator',
    env: 'BRIDGE_SIMULATOR',
    describe:
      '`start` also runs the built-in simulator as a lane, so that something can be heard without MMDAgent-EX',
    default: true,
  }),
  pageHost: text({
    flag: 'page-host',
    env: 'BRIDGE_PAGE_HOST',
    describe: 'Address on which the page is served',
    expects: 'a host name or address',
    accepts: isBindHost,
    default: '127.0.0.1',
  }),
  pagePort: wholeNumber({
    flag: 'page-port',
    env: 'BRIDGE_PAGE_PORT',
    describe: 'Port on which the page is served; 0 is any free one',
    min: 0,
    max: 65_535,
    unit: '',
    default: 8765,
  }),
  open: yesNo({
    flag: 'open',
    env: 'BRIDGE_OPEN',
    describe: 'Open the page in the browser',
    default: false,
  }),
  logLevel: choice({
    flag: 'log-level',
    env: 'BRIDGE_LOG_LEVEL',
    describe: 'Least important log line that is written',
    choices: ['debug', 'info', 'warn', 'error', 'silent'],
    default: 'info',
  }),
  logFile: optionalText({
    flag: 'log-file',
    env: 'BRIDGE_LOG_FILE',
    describe: 'Write the log to this file instead of stderr',
    ...path,
  }),
  record: optionalText({
    flag: 'record',
    env: 'BRIDGE_RECORD',
    describe: 'Folder into which every utterance is also written as a sound file',
    ...path,
  }),
  sharedDir: optionalText({
    flag: 'shared-dir',
    env: 'BRIDGE_SHARED_DIR',
    describe: 'LOCAL=REMOTE: a folder here and the name under which MMDAgent-EX sees it',
    expects: 'LOCAL=REMOTE, two folders',
    accepts: isSharedDir,
  }),
  inputBackend: choice({
    flag: 'input-backend',
    env: 'BRIDGE_INPUT_BACKEND',
    describe: 'Which program records the microphone; auto takes the best that is there',
    choices: ['auto', 'parec', 'pw-record', 'arecord', 'rec', 'ffmpeg', 'mic'],
    default: 'auto',
  }),
  inputDevice: optionalText({
    flag: 'input-device',
    env: 'BRIDGE_INPUT_DEVICE',
    describe: 'Microphone: its index, name or id as `devices` lists it; left out, the system default',
    expects: 'an index, a name or an id',
    accepts: isAnyText,
  }),
  outputBackend: choice({
    flag: 'output-backend',
    env: 'BRIDGE_OUTPUT_BACKEND',
    describe: 'Which program plays sound here; auto takes the best that is there',
    choices: ['auto', 'pacat', 'pw-play', 'aplay', 'play', 'ffplay'],
    default: 'auto',
  }),
  outputDevice: optionalText({
    flag: 'output-device',
    env: 'BRIDGE_OUTPUT_DEVICE',
    describe: 'Loudspeaker: its index, name or id as `devices` lists it; left out, the system default',
    expects: 'an index, a name or an id',
    accepts: isAnyText,
  }),
  volumePercent: wholeNumber({
    flag: 'volume-percent',
    env: 'BRIDGE_VOLUME_PERCENT',
    describe: 'How loud sound is played here, of its own loudness',
    min: 0,
    max: 100,
    unit: '%',
    default: 100,
  }),
  lips: choice({
    flag: 'lips',
    env: 'BRIDGE_LIPS',
    describe:
      "Who moves the mouth: peer (MMDAgent-EX's own recogniser, on streamed sound), own (streamed sound with our LIPSYNC_START), local (sound played here, only LIPSYNC_START sent), auto (whichever fits best)",
    choices: ['auto', 'peer', 'own', 'local'],
    default: 'auto',
  }),
  ttsEngine: text({
    flag: 'engine',
    env: 'BRIDGE_TTS_ENGINE',
    describe:
      'Engine that speaks, by its name; auto: what is set up, else the embedded voice; several, divided by commas: the next speaks when one fails',
    expects: 'the name of an engine, as `voices` lists them',
    accepts: isAnyText,
    default: 'auto',
  }),
  voice: optionalText({
    flag: 'voice',
    env: 'BRIDGE_VOICE',
    describe: "The engine's own name or number of a voice, as `voices` lists them",
    expects: 'the name or number of a voice, as `voices` lists them',
    accepts: isAnyText,
  }),
  language: optionalText({
    flag: 'language',
    env: 'BRIDGE_LANGUAGE',
    describe: 'Language of text and speech that do not show it themselves, for example ja or en-US',
    expects: 'a BCP 47 language such as ja or en-US',
    accepts: (value) => /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(value),
  }),
  sttEngine: text({
    flag: 'stt-engine',
    env: 'BRIDGE_STT_ENGINE',
    describe: 'Engine that understands speech, by its name; auto: what is set up',
    expects: 'the name of an engine',
    accepts: isAnyText,
    default: 'auto',
  }),
  ...SPEECH_SETTINGS,
  ...CONVERSATION_SETTINGS,
  ...SERVE_SETTINGS,
  lipTxt: optionalText({
    flag: 'lip-txt',
    env: 'BRIDGE_LIP_TXT',
    describe: "MMDAgent-EX's own lip.txt when it was changed: the phonemes it knows and their mouth shapes",
    ...path,
  }),
  queueMessages: wholeNumber({
    flag: 'queue-messages',
    env: 'BRIDGE_QUEUE_MESSAGES',
    describe: 'Messages a lane holds before its avatar is ready',
    min: 1,
    max: 100_000,
    unit: '',
    default: 1000,
  }),
  queuePolicy: choice({
    flag: 'queue-policy',
    env: 'BRIDGE_QUEUE_POLICY',
    describe: 'What gives way when a queue is full: the oldest entry, the newest, or the request (fail)',
    choices: ['drop-oldest', 'drop-newest', 'fail'],
    default: 'fail',
  }),
  resumeMs: wholeNumber({
    flag: 'resume-ms',
    env: 'BRIDGE_RESUME_MS',
    describe: 'How long a stream waits for its client or its avatar to come back',
    min: 0,
    max: 600_000,
    unit: 'ms',
    default: 5000,
  }),
  aheadMs: wholeNumber({
    flag: 'ahead-ms',
    env: 'BRIDGE_AHEAD_MS',
    describe: 'Credit: how much sound the daemon takes from a client ahead of what is heard',
    min: 200,
    max: 5000,
    unit: 'ms',
    default: 2000,
  }),
  readyTimeoutMs: wholeNumber({
    flag: 'ready-timeout-ms',
    env: 'BRIDGE_READY_TIMEOUT_MS',
    describe: 'How long a command waits for an avatar to be ready',
    min: 0,
    max: 3_600_000,
    unit: 'ms',
    default: 30_000,
  }),
} satisfies Record<string, Setting<unknown>>;

/** Name of a setting, as it stands in a config file. */
export type SettingKey = keyof typeof SETTINGS;

/** All settings, checked. */
export type Config = { readonly [K in SettingKey]: (typeof SETTINGS)[K]['default'] };

/** In table order. */
export const SETTING_KEYS = Object.keys(SETTINGS) as readonly SettingKey[];

/** The row of a setting when its own type does not matter. */
export function settingOf(key: SettingKey): Setting<unknown> {
  return SETTINGS[key];
}

/** Every setting at its default, with `overrides` put over it; for the library and for tests. Checks nothing. */
export function defaultConfig(overrides: Partial<Config> = {}): Config {
  const defaults = Object.fromEntries(SETTING_KEYS.map((key) => [key, settingOf(key).default]));
  return { ...(defaults as unknown as Config), ...overrides };
}
