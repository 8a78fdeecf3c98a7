import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { errorText, RequestError } from '../runtime/index.js';

let loading: Promise<typeof import('@resvg/resvg-wasm')> | undefined;

/**
 * Draws an SVG without letters as text into a PNG, two pixels to each of its own where the picture does not become too wide.
 *
 * resvg as WebAssembly: nothing native, the same picture on every machine, 2.5 MB; optional, so that SVG works without it.
 *
 * @throws {RequestError} BRIDGE_ERR_FILE_WRITE - the package is not installed, or cannot draw it.
 */
export async function svgToPng(svg: string, width: number): Promise<Uint8Array> {
  loading ??= load();
  const { Resvg } = await loading.catch((error: unknown) => {
    loading = undefined;
    throw new RequestError(
      'BRIDGE_ERR_FILE_WRITE',
      `Expected the package @resvg/resvg-wasm for PNG, which is not usable: ${errorText(error)}. Write an .svg instead, or install it`,
    );
  });
  const zoom = width <= MAX_DOUBLED_WIDTH ? 2 : 1;
  const drawing = new Resvg(svg, { fitTo: { mode: 'zoom', value: zoom }, font: { loadSystemFonts: false } });
  try {
    const image = drawing.render();
    try {
      return image.asPng();
    } finally {
      image.free();
    }
  } finally {
    drawing.free();
  }
}

const MAX_DOUBLED_WIDTH = 6000;

async function load(): Promise<typeof import('@resvg/resvg-wasm')> {
  const resvg = await import('@resvg/resvg-wasm');
  const wasm = createRequire(import.meta.url).resolve('@resvg/resvg-wasm/index_bg.wasm');
  await resvg.initWasm(await readFile(wasm));
  return resvg;
}
