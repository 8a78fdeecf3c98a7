import { arch, release } from 'node:os';
import { shownConfig } from '../config/index.js';
import type { DeviceList } from '../devices/index.js';
import { secretsOf } from './checks/secrets.js';
import type { DoctorOptions } from './context.js';
import type { Finding } from './finding.js';
import { findingText } from './finding-text.js';
import { createRedactor, SECRET_VARIABLE } from './redact.js';

/** What a report is made of beside what the doctor was given. */
export interface BundleOptions {
  readonly options: DoctorOptions;
  readonly findings: readonly Finding[];
  /** Of the user and the machine, which must not stand in it. */
  readonly userName: string;
  readonly hostName: string;
}

const LOG_BYTES = 64 * 1024;
const LOG_LINES = 200;
const MIN_VARIABLE_CHARS = 6;

/**
 * A report for asking others: findings, settings, devices, versions and the end of the log, as indented JSON.
 *
 * Secrets, tokens in paths of links, names of user, machine and home folder, and public addresses are taken out.
 *
 * @returns The text of the file.
 */
export async function supportBundle({
  options,
  findings,
  userName,
  hostName,
}: BundleOptions): Promise<string> {
  const { resolved, host, files } = options;
  const redact = createRedactor({
    secrets: [...secretsOf({ resolved }), ...environmentSecrets(host.env)],
    homeFolders: [host.env['HOME'] ?? '', host.env['USERPROFILE'] ?? ''],
    names: [
      userName,
      hostName,
      host.env['USER'] ?? '',
      host.env['USERNAME'] ?? '',
      host.env['LOGNAME'] ?? '',
    ],
  });
  const report = {
    report: 'mmdagent-bridge doctor',
    writtenAt: new Date(options.clock.wallMs()).toISOString(),
    versions: {
      bridge: options.version,
      node: options.nodeVersion,
      platform: host.platform,
      release: release(),
      processor: arch(),
    },
    findings: [],
    settings: shownConfig(resolved).map(({ key, value, origin }) => ({
      key,
      value: redactedIn(value, redact, redact),
      origin,
    })),
    warnings: resolved.warnings,
    inputs: await listed(() => options.sound?.listInputs()),
    outputs: await listed(() => options.sound?.listOutputs()),
    log: await logTail(),
  };
  const hidden = redactedIn(report, redact) as typeof report;
  // Ids are ours: a user called `ports` must not change them.
  const told = findings.map(({ id, level, area, ...found }) => {
    const { text, remedy } = findingText({ id, level, area, ...found }, 'en');
    return {
      id,
      level,
      area,
      text: redact(text),
      remedy: redact(remedy),
      values: redactedIn(found.values, redact),
    };
  });
  return `${JSON.stringify({ ...hidden, findings: told }, undefined, 2)}\n`;

  async function logTail(): Promise<readonly string[]> {
    const path = resolved.config.logFile;
    const bytes = path === undefined ? undefined : await files.readEnd(path, LOG_BYTES);
    const lines = new TextDecoder().decode(bytes).split(/\r?\n/);
    // The first is the rest of one whose beginning is cut off: of a secret half could stand there, which nobody finds.
    if (bytes !== undefined && bytes.byteLength >= LOG_BYTES) lines.shift();
    return lines.filter((line) => line !== '').slice(-LOG_LINES);
  }
}

async function listed(
  list: () => Promise<readonly DeviceList[]> | undefined,
): Promise<readonly DeviceList[] | string> {
  try {
    return (await list()) ?? [];
  } catch (error) {
    return String(error);
  }
}

/** Not the short ones: they are numbers and words far more often than secrets. */
function environmentSecrets(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    SECRET_VARIABLE.test(name) && value !== undefined && value.length >= MIN_VARIABLE_CHARS ? [value] : [],
  );
}

/** The same value with every text redacted; keys are ours, unless it is said what makes them presentable. */
function redactedIn(
  value: unknown,
  redact: (text: string) => string,
  redactKey: (key: string) => string = (key) => key,
): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((item) => redactedIn(item, redact, redactKey));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [redactKey(key), redactedIn(item, redact, redactKey)]),
  );
}
