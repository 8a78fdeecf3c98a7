import { writeFile } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { resolve } from 'node:path';
import { isDaemonUrl } from '../../client/index.js';
import { systemHost } from '../../devices/index.js';
import {
  type DaemonView,
  type DoctorOptions,
  daemonView,
  FINDING_AREAS,
  type Finding,
  type FindingArea,
  type FindingLevel,
  findingText,
  type Language,
  runDoctor,
  SYSTEM_FILES,
  supportBundle,
  systemSound,
} from '../../doctor/index.js';
import {
  anySignal,
  BridgeError,
  type Clock,
  errorText,
  RequestError,
  SystemClock,
} from '../../runtime/index.js';
import { type CommandContext, textArg } from '../context.js';
import { connectTo } from '../daemon-connection.js';
import { EXIT } from '../exit-codes.js';
import { printableJson } from '../printable.js';

const MARKS = { ok: '✓', info: '·', warning: '!', error: '✗' } as const;
const SUMMARIES: Readonly<Record<Language, (errors: number, warnings: number) => string>> = {
  en: (errors, warnings) =>
    errors + warnings === 0 ? 'Nothing is wrong.' : `Errors: ${errors}, warnings: ${warnings}.`,
  ja: (errors, warnings) =>
    errors + warnings === 0
      ? '問題は見つかりませんでした。'
      : `エラー ${errors} 件、警告 ${warnings} 件です。`,
};
const AREA_NAMES: Readonly<Record<Language, Readonly<Record<FindingArea, string>>>> = {
  en: {
    tools: 'Programs',
    devices: 'Microphones and loudspeakers',
    ports: 'Ports',
    mdf: 'Settings of MMDAgent-EX (.mdf)',
    content: 'Content',
    peer: 'MMDAgent-EX and the daemon',
    clock: 'Clocks',
    exposure: 'Who else can reach it',
  },
  ja: {
    tools: 'プログラム',
    devices: 'マイクとスピーカー',
    ports: 'ポート',
    mdf: 'MMDAgent-EX の設定（.mdf）',
    content: 'コンテンツ',
    peer: 'MMDAgent-EX とデーモン',
    clock: '時計',
    exposure: '外からの到達',
  },
};

/** `doctor [content]`: what stands between the user and a speaking avatar. Starts no daemon and changes nothing. */
export async function doctor(context: CommandContext): Promise<number> {
  const clock = new SystemClock();
  const { args, io, resolved } = context;
  const language = languageOf(context);
  const connection = await daemonOf(context, clock);
  const host = systemHost(io.env);
  const signal = anySignal(io.drain, io.quit);
  const content = textArg(args, 'content');
  const printer = new AreaPrinter(context, language);
  const options: DoctorOptions = {
    host,
    files: SYSTEM_FILES,
    clock,
    resolved,
    version: context.version,
    nodeVersion: process.versions.node,
    content: content === undefined ? undefined : resolve(content),
    daemon: connection.daemon,
    sound: systemSound({ host, clock, config: resolved.config }),
    tone: args['tone'] !== false,
    onAreaDone: (area) => printer.areaDone(area),
    signal,
  };
  const findings: Finding[] = [];
  try {
    for await (const finding of runDoctor(options)) {
      findings.push(finding);
      printer.found(finding);
    }
    printer.summary(findings);
    await writeBundle(context, options, findings);
    return findings.some(({ level }) => level === 'error') ? EXIT.failed : EXIT.ok;
  } finally {
    connection.close();
  }
}

/** Prints an area as soon as it and those above it are complete; with --json each finding at once. */
class AreaPrinter {
  readonly #context: CommandContext;
  readonly #language: Language;
  readonly #isJson: boolean;
  readonly #findings = new Map<FindingArea, Finding[]>();
  readonly #done = new Set<FindingArea>();
  #printed = 0;

  constructor(context: CommandContext, language: Language) {
    this.#context = context;
    this.#language = language;
    this.#isJson = context.args['json'] === true;
  }

  found(finding: Finding): void {
    if (this.#isJson) {
      this.#context.print(printableJson({ ...finding, ...findingText(finding, this.#language) }));
      return;
    }
    const inArea = this.#findings.get(finding.area);
    if (inArea === undefined) this.#findings.set(finding.area, [finding]);
    else inArea.push(finding);
  }

  areaDone(area: FindingArea): void {
    this.#done.add(area);
    for (let next = FINDING_AREAS[this.#printed]; next !== undefined && this.#done.has(next); ) {
      this.#printArea(next);
      next = FINDING_AREAS[++this.#printed];
    }
  }

  summary(findings: readonly Finding[]): void {
    if (this.#isJson) return;
    const count = (level: FindingLevel): number => findings.filter((found) => found.level === level).length;
    const [errors, warnings] = [count('error'), count('warning')];
    this.#context.print(SUMMARIES[this.#language](errors, warnings));
  }

  #printArea(area: FindingArea): void {
    const findings = this.#findings.get(area);
    if (findings === undefined) return;
    this.#context.print(AREA_NAMES[this.#language][area]);
    for (const finding of findings) {
      const { text, remedy } = findingText(finding, this.#language);
      this.#context.print(`  ${MARKS[finding.level]} ${text}`);
      if (remedy !== '') this.#context.print(`      ${remedy}`);
    }
  }
}

interface Asked {
  readonly daemon: DaemonView | BridgeError | undefined;
  readonly close: () => void;
}

/** The daemon that runs, if any: none is started for looking. */
async function daemonOf(context: CommandContext, clock: Clock): Promise<Asked> {
  const isRemote = isDaemonUrl(context.resolved.config.daemon);
  try {
    const client = await connectTo(context, clock);
    return { daemon: daemonView(client, clock, isRemote), close: () => client.close() };
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    const isAbsent = error.code === 'BRIDGE_ERR_DAEMON_UNREACHABLE' && !isRemote;
    return { daemon: isAbsent ? undefined : error, close: () => {} };
  }
}

async function writeBundle(
  context: CommandContext,
  options: DoctorOptions,
  findings: readonly Finding[],
): Promise<void> {
  const file = textArg(context.args, 'bundle');
  if (file === undefined) return;
  const { username } = userInfo();
  const text = await supportBundle({ options, findings, userName: username, hostName: hostname() });
  try {
    await writeFile(file, text, { mode: 0o600 });
  } catch (error) {
    throw new RequestError(
      'BRIDGE_ERR_FILE_WRITE',
      `${file} could not be written: ${errorText(error)}. Check the path and its permissions.`,
      { cause: error },
    );
  }
  context.say(`${file} was written, without secrets and names; read it before you give it away.`);
}

/** As asked, else as the terminal's. */
function languageOf({ args, io }: CommandContext): Language {
  const asked =
    textArg(args, 'language') ?? io.env['LC_ALL'] ?? io.env['LC_MESSAGES'] ?? io.env['LANG'] ?? '';
  return /^ja(?:$|[^a-z])/i.test(asked) ? 'ja' : 'en';
}
