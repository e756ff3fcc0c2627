import { describe, expect, it } from 'vitest';
import { figureSize, figureSvg } from '../../../../src/app/charts/figure-svg.ts';

const parts = {
  width: 340,
  height: 200,
  body: '<path d="M0 0H10" stroke="rgb(1, 2, 3)"/>',
  title: 'Accuracy < 100 & "more"',
  subtitle: 'mean of 3 seeds',
  source: 'Tom & Jerry <script>alert(1)</script>\u0000',
  ground: 'rgb(246, 245, 241)',
  ink: 'rgb(21, 24, 29)',
  faint: 'rgb(101, 106, 114)',
  font: 'Inter, "Segoe UI", sans-serif',
};

describe('a figure as SVG', () => {
  it('stands alone: size, ground, font, title, source line and chart', () => {
    const svg = figureSvg(parts);
    const { width, height } = figureSize(parts);
    expect(svg).toContain(`width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`);
    expect(svg).toContain('xmlns="http://www.w3.org/2000/svg"');
    expect(svg).toContain(parts.body);
    expect(svg).toContain('fill="rgb(246, 245, 241)"');
    expect(svg).toContain('font-family="Inter, &quot;Segoe UI&quot;, sans-serif"');
    expect(svg).not.toMatch(/var\(|class=|style=/);
  });

  it('holds whatever a session is called as text', () => {
    const svg = figureSvg(parts);
    expect(svg).toContain('Accuracy &lt; 100 &amp; &quot;more&quot;</text>');
    expect(svg).toContain('Tom &amp; Jerry &lt;script&gt;alert(1)&lt;/script&gt;</text>');
    expect(svg).not.toContain('<script');
    expect(svg).not.toMatch(/\u0000/);
  });
});
