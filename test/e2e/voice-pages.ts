import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { openGate } from '../../src/access/index.js';
import { createApi } from '../../src/api/index.js';
import { SILENT_LOGGER, SystemClock } from '../../src/runtime/index.js';
import { type PageRig, SAMPLE, startPageRig } from '../integration/server/page-rig.js';
import { type BuiltPage, buildPage, launch, QUIET_SPEAKER } from './page-browser.js';
import { startProxy, type Proxy as Way } from './talk-proxy.js';
import { wavSamples } from './tapped-sound.js';
import { ToneSessions } from './voice-rig.js';

const MIC_RATE_HZ = 16_000;

export interface VoicePages {
  /** Where pages are opened. */
  readonly url: string;
  /** The way there, which can be cut. */
  readonly way: Way;
  /** Leads the way to another server, which knows the conversations, and nothing of connections. */
  restart(): Promise<void>;
  /** The newest server, with its daemon. */
  readonly daemon: PageRig;
  readonly sessions: ToneSessions;
  /** Says 1.2 s, is silent for `silenceS`, and begins again. */
  readonly browser: Browser;
  close(): Promise<void>;
}

/** The built pages on a server with conversations that make tones, and a browser whose microphone speaks now and then. */
export async function startVoicePages(silenceS: number): Promise<VoicePages> {
  const built: BuiltPage = buildPage();
  const clock = new SystemClock();
  const sessions = new ToneSessions(clock);
  const serve = async (): Promise<PageRig> => {
    const logger = SILENT_LOGGER;
    const gate = await openGate({ settings: { host: '127.0.0.1' }, keyFile: undefined, clock, logger });
    const endpoints = [createApi({ clock, logger, sessions, version: '1.2.3' })];
    return startPageRig({ staticDir: built.folder, speaker: QUIET_SPEAKER, gate, endpoints });
  };
  const rigs = [await serve()];
  const way = await startProxy(rigs[0]?.server.url ?? '');
  const { browser, close } = await launchSpeaking(silenceS);
  return {
    url: way.url,
    way,
    sessions,
    browser,
    async restart() {
      const rig = await serve();
      rigs.push(rig);
      way.lead(rig.server.url);
    },
    get daemon() {
      const rig = rigs.at(-1);
      if (rig === undefined) throw new Error('No server was started');
      return rig;
    },
    async close() {
      await close();
      await way.close();
      await Promise.all(rigs.map((rig) => rig.close()));
      built.remove();
    },
  };
}

/** A browser whose microphone says 1.2 s, is silent for so long, and begins again; nobody is asked. */
export async function launchSpeaking(
  silenceS: number,
): Promise<{ readonly browser: Browser; close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'voice-e2e-'));
  const spoken = join(folder, 'spoken.wav');
  writeFileSync(spoken, spokenWav(silenceS));
  const browser = await launch([
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
    `--use-file-for-fake-audio-capture=${spoken}`,
  ]);
  return {
    browser,
    async close() {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function spokenWav(silenceS: number): Buffer {
  const speech = wavSamples(SAMPLE).subarray(MIC_RATE_HZ, 2.2 * MIC_RATE_HZ);
  const samples = speech.length + silenceS * MIC_RATE_HZ;
  const wav = Buffer.alloc(44 + 2 * samples);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(wav.length - 8, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(MIC_RATE_HZ, 24);
  wav.writeUInt32LE(2 * MIC_RATE_HZ, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(2 * samples, 40);
  for (const [index, sample] of speech.entries())
    wav.writeInt16LE(Math.round(32_767 * Math.max(-1, Math.min(1, sample))), 44 + 2 * index);
  return wav;
}
