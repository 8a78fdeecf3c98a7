export { alignedWav } from './aligned-wav.js';
export { type Clip, clipsWav } from './clips-wav.js';
export { csv } from './csv.js';
export { type EafOptions, eaf } from './eaf.js';
export { HeldTimeline, type HeldTimelineOptions } from './held-timeline.js';
export { jsonl } from './jsonl.js';
export { type MouthMoment, type ShownLip, type ShownMouth, shownMouth } from './mouth-curve.js';
export { type LipsPlot, type PlotOptions, plotLips, plotWidth } from './plot-lips.js';
export { openSession, type Session, type SessionInfo } from './session.js';
export type { SessionLine } from './session-line.js';
export { sessionLines } from './session-reader.js';
export { soundSpans } from './sound-spans.js';
export { svgToPng } from './svg-to-png.js';
export { textGrid } from './textgrid.js';
export type { Tier, Timeline, TimelineInfo } from './tier.js';
export type {
  LipPhoneme,
  Loss,
  SessionMessage,
  SoundSpan,
  StateChange,
  TimelineItem,
  TurnCall,
  TurnMark,
  TurnSpan,
  UtteranceSpan,
} from './timeline.js';
export { type Waveform, WaveformGatherer } from './waveform.js';
export { blocks, writePieces } from './write-pieces.js';
