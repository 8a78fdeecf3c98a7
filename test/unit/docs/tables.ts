import { EXIT, exitCodeOf } from '../../../src/cli/exit-codes.js';
import { configDocsRows } from '../../../src/config/index.js';
import { DaemonMetrics } from '../../../src/daemon/metrics.js';
import { BridgeError, ERROR_CODES, type ErrorCode } from '../../../src/runtime/index.js';
import { JAPANESE } from './japanese.js';

export type Language = 'en' | 'ja';

/** A table of the READMEs whose rows come from the program. */
export interface DocsTable {
  /** Stands in the README as `<!-- table: NAME -->` in the line before the table. */
  readonly name: string;
  readonly head: Readonly<Record<Language, readonly string[]>>;
  readonly rows: (translate: (text: string) => string) => readonly (readonly string[])[];
}

const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'Done',
  failed: 'It failed; the message on stderr ends with an error code',
  usage: 'Wrong usage or configuration: nothing was started or sent',
  unreachable: 'MMDAgent-EX, or the daemon, could not be reached or was not ready in time',
  interrupted: 'Interrupted: Ctrl-C, or somebody interrupted the utterance',
};

export const TABLES: readonly DocsTable[] = [
  {
    name: 'settings',
    head: {
      en: ['Setting', 'Flag', 'Environment', 'Default', 'What it does', 'Value'],
      ja: ['設定', 'フラグ', '環境変数', '既定値', '内容', '値'],
    },
    rows: (translate) =>
      configDocsRows().map((row) => [
        code(row.setting),
        code(row.flag),
        code(row.env),
        code(row.default),
        translate(row.describe),
        translate(row.expects),
      ]),
  },
  {
    name: 'exit-codes',
    head: { en: ['Code', 'Meaning'], ja: ['コード', '意味'] },
    rows: (translate) =>
      (Object.keys(EXIT) as (keyof typeof EXIT)[]).map((name) => [
        String(EXIT[name]),
        translate(EXIT_MEANINGS[name]),
      ]),
  },
  {
    name: 'error-codes',
    head: { en: ['Code', 'Meaning', 'Exit'], ja: ['コード', '意味', '終了'] },
    rows: (translate) =>
      (Object.keys(ERROR_CODES) as ErrorCode[]).map((name) => [
        code(name),
        translate(ERROR_CODES[name]),
        String(exitCodeOf(new BridgeError(name, ''))),
      ]),
  },
  {
    name: 'metrics',
    head: { en: ['Metric', 'Kind', 'Labels', 'Meaning'], ja: ['メトリクス', '種類', 'ラベル', '意味'] },
    rows: (translate) =>
      ownMetrics().map(({ name, kind, labels, help }) => [
        code(name),
        kind,
        labels.map(code).join(' '),
        translate(help),
      ]),
  },
];

/** A table as the README of a language holds it, without the marker. */
export function tableText(table: DocsTable, language: Language): string {
  const translate = (text: string): string => (language === 'en' ? text : japanese(text));
  const head = table.head[language];
  const lines = [head, head.map(() => '---'), ...table.rows(translate).map((row) => row.map(cell))];
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}

interface MetricRow {
  readonly name: string;
  readonly kind: string;
  readonly labels: readonly string[];
  readonly help: string;
}

/** The bridge's own; those of Node.js that prom-client adds are not listed one by one. */
function ownMetrics(): MetricRow[] {
  const { registry } = new DaemonMetrics();
  const metrics = registry.getMetricsAsArray() as unknown as {
    readonly name: string;
    readonly help: string;
    readonly labelNames: readonly string[];
    readonly constructor: { readonly name: string };
  }[];
  return metrics
    .filter(({ name }) => name.startsWith('bridge_'))
    .map((metric) => ({
      name: metric.name,
      kind: metric.constructor.name.toLowerCase(),
      labels: [...metric.labelNames],
      help: metric.help,
    }));
}

function japanese(text: string): string {
  const translated = JAPANESE[text];
  if (translated === undefined) throw new Error(`test/unit/docs/japanese.ts lacks: ${JSON.stringify(text)}`);
  return translated;
}

function code(text: string): string {
  return text === '' ? '' : `\`${text}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
