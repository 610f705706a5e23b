// Draws the points of a growth curve as SVG, both axes logarithmic: chart.mjs DATA.json OUT.svg.
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { peer } from './peer.mjs';

const vega = await import(pathToFileURL(peer.resolve('vega')).href);
const [, , source, out] = process.argv;
const { title, axis, points } = JSON.parse(readFileSync(source, 'utf8'));
const label = { labelFontSize: 12, titleFontSize: 13, titleFontWeight: 'normal' };

const spec = {
  $schema: 'https://vega.github.io/schema/vega/v6.json',
  width: 560,
  height: 340,
  padding: 12,
  background: 'white',
  title: { text: title, fontSize: 14, anchor: 'start', offset: 12 },
  data: [{ name: 'points', values: points.map((p) => ({ ...p, ms: p.seconds * 1e3 })) }],
  scales: [
    { name: 'x', type: 'log', base: 2, range: 'width', domain: { data: 'points', field: 'x' } },
    {
      name: 'y',
      type: 'log',
      nice: true,
      range: 'height',
      domain: { data: 'points', field: 'ms' },
    },
    {
      name: 'color',
      type: 'ordinal',
      range: ['#0b6bcb', '#c4441c', '#4b8b3b'],
      domain: { data: 'points', field: 'contestant', sort: false },
    },
  ],
  axes: [
    {
      scale: 'x',
      orient: 'bottom',
      title: axis,
      values: [...new Set(points.map((p) => p.x))],
      format: 'd',
      grid: true,
      gridOpacity: 0.4,
      ...label,
    },
    {
      scale: 'y',
      orient: 'left',
      title: 'milliseconds a step',
      tickCount: 6,
      format: '~g',
      grid: true,
      gridOpacity: 0.4,
      ...label,
    },
  ],
  legends: [
    {
      stroke: 'color',
      symbolType: 'stroke',
      symbolStrokeWidth: 3,
      labelFontSize: 12,
      labelLimit: 0,
    },
  ],
  marks: [
    {
      type: 'group',
      from: { facet: { name: 'series', data: 'points', groupby: 'contestant' } },
      marks: [
        {
          type: 'line',
          from: { data: 'series' },
          encode: {
            enter: {
              x: { scale: 'x', field: 'x' },
              y: { scale: 'y', field: 'ms' },
              stroke: { scale: 'color', field: 'contestant' },
              strokeWidth: { value: 2 },
            },
          },
        },
        {
          type: 'symbol',
          from: { data: 'series' },
          encode: {
            enter: {
              x: { scale: 'x', field: 'x' },
              y: { scale: 'y', field: 'ms' },
              fill: { scale: 'color', field: 'contestant' },
              size: { value: 36 },
            },
          },
        },
      ],
    },
  ],
};

const view = new vega.View(vega.parse(spec), { renderer: 'none' });
writeFileSync(out, `${await view.toSVG()}\n`);
