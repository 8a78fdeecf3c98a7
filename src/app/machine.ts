import { hostname, userInfo } from 'node:os';
import { type BridgeClient, isDaemonUrl } from '../client/index.js';
import type { ResolvedConfig } from '../config/index.js';
import { systemHost } from '../devices/index.js';
import {
  type DoctorOptions,
  daemonView,
  type Finding,
  findingText,
  runDoctor,
  SYSTEM_FILES,
  supportBundle,
  systemSound,
} from '../doctor/index.js';
import type { Clock } from '../runtime/index.js';
import type { ExamineOptions, MachineDeviceList, MachineFinding, MachinePort } from '../server/index.js';

export interface MachineOptions {
  readonly resolved: ResolvedConfig;
  /** Connected to the daemon that the doctor asks. */
  readonly client: BridgeClient;
  readonly clock: Clock;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A report after a look tells what that look found, for so long. */
const FRESH_MS = 600_000;

/** This machine for the page: devices and doctor as the commands of those names have them. */
export function createMachine(options: MachineOptions): MachinePort {
  const { resolved, client, clock, version, env } = options;
  const { config } = resolved;
  const host = systemHost(env);
  const sound = systemSound({ host, clock, config });
  let newest: { readonly findings: readonly Finding[]; readonly atMs: number } | undefined;

  function doctorOptions({ tone, signal }: ExamineOptions): DoctorOptions {
    return {
      host,
      files: SYSTEM_FILES,
      clock,
      resolved,
      version,
      nodeVersion: process.versions.node,
      daemon: daemonView(client, clock, isDaemonUrl(config.daemon)),
      sound,
      tone,
      signal,
    };
  }

  async function* examine(asked: ExamineOptions): AsyncGenerator<MachineFinding, void, undefined> {
    const findings: Finding[] = [];
    for await (const finding of runDoctor(doctorOptions(asked))) {
      findings.push(finding);
      yield toldFinding(finding);
    }
    newest = { findings, atMs: clock.nowMs() };
  }

  return {
    async listDevices() {
      const lists = await Promise.all([sound.listInputs(), sound.listOutputs()]);
      return lists.flat() satisfies readonly MachineDeviceList[];
    },
    examine,
    async report(asked) {
      if (newest === undefined || clock.nowMs() - newest.atMs > FRESH_MS) {
        for await (const _ of examine(asked)) void _;
      }
      return supportBundle({
        options: doctorOptions(asked),
        findings: newest?.findings ?? [],
        userName: userInfo().username,
        hostName: hostname(),
      });
    },
  };
}

function toldFinding(finding: Finding): MachineFinding {
  const { id, level, area } = finding;
  return { id, level, area, texts: { en: findingText(finding, 'en'), ja: findingText(finding, 'ja') } };
}
