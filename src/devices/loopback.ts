import { chooseDevice } from './choose-device.js';
import type { Device } from './device.js';
import type { DeviceHost } from './host.js';
import { listInputs } from './input-list.js';
import { listOutputs } from './output-list.js';

/** An input that hears an output. */
export interface Loopback {
  readonly backend: string;
  readonly device: string;
  /**
   * How long sound that the loopback has heard lies in the device before it is heard, milliseconds; 0 where nobody tells. Ask
   * while it plays: a device at rest has a longer buffer.
   */
  bufferMs(): Promise<number>;
}

/** Which list of inputs has the monitors of which outputs. Players without a list of their own play to the sound server's default. */
const RECORDERS: Readonly<Record<string, string>> = {
  pacat: 'parec',
  'pw-play': 'pw-record',
  aplay: 'parec',
  play: 'parec',
  ffplay: 'parec',
};
const ALSA_VIA_PULSE = /^(default|pulse|pipewire)(:.*)?$/;
const LIST_TIMEOUT_MS = 3000;

/** The loopback of an output; undefined where there is none, as outside PulseAudio and PipeWire. */
export async function loopbackOf(
  host: DeviceHost,
  output: { readonly backend?: string | undefined; readonly device?: string | undefined },
): Promise<Loopback | undefined> {
  const [outputs, inputs] = await Promise.all([listOutputs(host), listInputs(host)]);
  const playing = outputs.find(
    ({ backend, isAvailable }) =>
      isAvailable &&
      (output.backend === undefined || output.backend === 'auto' || backend === output.backend),
  );
  const recorder = RECORDERS[playing?.backend ?? ''];
  const monitors = inputs
    .find(({ backend, isAvailable }) => isAvailable && backend === recorder)
    ?.devices.filter(({ isMonitor }) => isMonitor);
  if (playing === undefined || recorder === undefined || monitors === undefined) return undefined;
  const isAlsa = playing.backend === 'aplay';
  if (isAlsa && output.device !== undefined && !ALSA_VIA_PULSE.test(output.device)) return undefined;
  const sinks = isAlsa
    ? (outputs.find(({ backend }) => backend === 'pacat')?.devices ?? [])
    : playing.devices;
  const sink = sinkOf(sinks, isAlsa ? undefined : output.device);
  const monitor = monitors.find(({ id }) => id === `${sink?.id}.monitor`);
  if (sink === undefined || monitor === undefined) return undefined;
  return { backend: recorder, device: monitor.id, bufferMs: () => bufferOf(host, sink.id) };
}

function sinkOf(sinks: readonly Device[], device: string | undefined): Device | undefined {
  return device === undefined ? sinks.find(({ isDefault }) => isDefault) : chooseDevice(sinks, device);
}

/**
 * @source PulseAudio 16.1, run: `Latency: 9951 usec, configured 10000 usec` of a null sink that is played to, whose monitor was
 *   measured to be 9.7 ms before the time its clock tells.
 */
async function bufferOf(host: DeviceHost, sinkId: string): Promise<number> {
  const pactl = await host.find('pactl');
  if (pactl === undefined) return 0;
  const { stdout } = await host.run(pactl, ['list', 'sinks'], { timeoutMs: LIST_TIMEOUT_MS });
  const block = stdout.split(/^(?=Sink #\d+\s*$)/m).find((text) => text.includes(`\tName: ${sinkId}\n`));
  const configured = /Latency: \d+ usec, configured (\d+) usec/.exec(block ?? '')?.[1];
  return configured === undefined ? 0 : Number(configured) / 1000;
}
