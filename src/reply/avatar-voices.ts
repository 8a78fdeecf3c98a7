import { OUTPUT_SAMPLE_RATE_HZ } from '../audio/index.js';
import {
  chooseLips,
  type LipsChoice,
  type LipsKnowledge,
  laneOf,
  type OpenOutletOptions,
  type Outlet,
  openOutlet,
} from '../speaking/index.js';
import type { SoundReplyVoice } from './given-sound.js';
import type { SoundWay } from './sound-delivery.js';
import { type SeenWay, SoundVoice } from './sound-voice.js';
import type {
  AvatarSettings,
  LocalVoicePorts,
  LocalVoiceSettings,
  StreamVoicePorts,
  StreamVoiceSettings,
} from './voice-settings.js';

const LOCAL_RATE_HZ = 48_000;

/** Our sound, streamed to MMDAgent-EX, which plays it. */
export function createStreamVoice(settings: StreamVoiceSettings, ports: StreamVoicePorts): SoundReplyVoice {
  const { model, table, mode, leadMs, ifBusy, readyTimeoutMs, lips = 'auto' } = settings;
  const sampleRateHz = OUTPUT_SAMPLE_RATE_HZ;
  const outlet = { model, table, mode, leadMs, ifBusy, readyTimeoutMs };
  return new SoundVoice({
    ...{ topology: 'stream', speak: settings.speak, ports, sampleRateHz, engineRateHz: undefined },
    // It is soon there, and while it is open the lane is not free.
    isReadyInPauses: false,
    look: (knows) => streamedWay(knows, lips, settings, ports),
    out: () => () => ({ open: outletsOf({ outlet, settings, ports, sampleRateHz }) }),
  });
}

/** Our sound on a loudspeaker of this machine; MMDAgent-EX only moves the mouth. */
export function createLocalVoice(settings: LocalVoiceSettings, ports: LocalVoicePorts): SoundReplyVoice {
  const { model, table, readyTimeoutMs, offsetMs, sampleRateHz = LOCAL_RATE_HZ } = settings;
  const outlet = { model, table, readyTimeoutMs, offsetMs, openPlayback: ports.openPlayback };
  return new SoundVoice({
    // A loudspeaker is opened before it is known what rate its engine has: the engine's sound comes at the loudspeaker's.
    ...{ topology: 'local', speak: settings.speak, ports, sampleRateHz, engineRateHz: sampleRateHz },
    // A loudspeaker takes its time.
    isReadyInPauses: true,
    look: async (knows) => ({ way: { way: 'local', knows }, isLasting: true }),
    out: () => () => ({ open: outletsOf({ outlet, settings, ports, sampleRateHz }) }),
  });
}

async function streamedWay(
  knows: LipsKnowledge,
  lips: LipsChoice,
  settings: AvatarSettings,
  { client }: StreamVoicePorts,
): Promise<SeenWay> {
  const lane = await laneOf(client, settings.lane);
  const situation = { knows, carriesSound: lane?.carriesSound ?? true, lane: lane?.lane ?? '' };
  const way = chooseLips(lips, situation);
  return {
    way: { way: way === 'local' ? chooseLips('own', situation) : way, knows },
    // A lane that is not known is refused by the daemon, which knows what to say; it may be there the next time.
    isLasting: lane !== undefined,
  };
}

interface AvatarOut {
  readonly outlet: Omit<OpenOutletOptions, 'clock' | 'knows' | 'lips'>;
  readonly settings: AvatarSettings;
  readonly ports: StreamVoicePorts;
  readonly sampleRateHz: number;
}

/** Opens the way to an avatar, and begins. */
function outletsOf({ outlet: options, settings, ports, sampleRateHz }: AvatarOut) {
  const { client, clock } = ports;
  return async (known: SoundWay, signal: AbortSignal): Promise<Outlet> => {
    const choice = { ...options, clock, knows: known.knows, lips: known.way };
    const { outlet } = await openOutlet(client, settings.lane, choice, signal);
    const silence = (): void => void outlet.interrupt();
    signal.addEventListener('abort', silence, { once: true });
    try {
      if (signal.aborted) silence();
      else await outlet.begin(sampleRateHz);
      return outlet;
    } catch (error) {
      await outlet.interrupt();
      outlet.close();
      throw error;
    } finally {
      signal.removeEventListener('abort', silence);
    }
  };
}
