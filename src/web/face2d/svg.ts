const NAMESPACE = 'http://www.w3.org/2000/svg';

type Attributes = Readonly<Record<string, string | number>>;

export function gradient(id: string, top: string, bottom: string): SVGElement {
  return tag(
    'linearGradient',
    { id, x1: 0, y1: 0, x2: 0, y2: 1 },
    tag('stop', { offset: 0, 'stop-color': top }),
    tag('stop', { offset: 1, 'stop-color': bottom }),
  );
}

export function path(fill: string, d: string, more: Attributes = {}): SVGElement {
  return tag('path', { fill, d, ...more });
}

export function stroke(colour: string, width: number, d: string, more: Attributes = {}): SVGElement {
  const line = {
    stroke: colour,
    'stroke-width': width,
    'stroke-linecap': 'round',
    'stroke-linejoin': 'round',
  };
  return tag('path', { fill: 'none', d, ...line, ...more });
}

export function oval(
  fill: string,
  cx: number,
  cy: number,
  rx: number,
  ry: number,
  more: Attributes = {},
): SVGElement {
  return tag('ellipse', { fill, cx, cy, rx, ry, ...more });
}

export function box(
  fill: string,
  x: number,
  y: number,
  width: number,
  height: number,
  rx: number,
): SVGElement {
  return tag('rect', { fill, x, y, width, height, rx });
}

export function tag(name: 'svg', attributes: Attributes, ...children: Element[]): SVGSVGElement;
export function tag(name: string, attributes: Attributes, ...children: Element[]): SVGElement;
export function tag(name: string, attributes: Attributes, ...children: Element[]): SVGElement {
  const element = document.createElementNS(NAMESPACE, name) as SVGElement;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}
