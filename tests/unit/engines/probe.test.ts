import { describe, expect, it } from 'vitest';
import { isGpu, isUsableWebgl, usableBackends } from '../../../src/engines/probe.ts';

describe('WebGPU adapters', () => {
  it.each([
    { vendor: 'nvidia', architecture: 'ampere', device: '', description: '' },
    { vendor: 'apple', architecture: 'metal-3', isFallbackAdapter: false },
    { vendor: 'intel', architecture: 'gen-12lp', device: '0x46a6', description: 'Intel(R) Iris(R) Xe Graphics' },
    // A browser that tells nothing but gives an adapter.
    { vendor: '', architecture: '', device: '', description: '' },
    {},
  ])('take %o for a GPU', (facts) => expect(isGpu(facts)).toBe(true));

  it.each([
    { vendor: 'google', architecture: 'swiftshader', device: '', description: '' },
    { vendor: 'google', architecture: '', device: '', description: 'SwiftShader Device (Subzero)' },
    { vendor: 'mesa', architecture: '', device: '', description: 'llvmpipe (LLVM 15.0.6, 256 bits)' },
    { vendor: 'microsoft', architecture: '', device: '', description: 'Microsoft Basic Render Driver' },
    { vendor: 'nvidia', architecture: 'ampere', isFallbackAdapter: true },
  ])('do not take %o for one', (facts) => expect(isGpu(facts)).toBe(false));
});

describe('WebGL contexts', () => {
  it.each(['ANGLE (NVIDIA, NVIDIA GeForce RTX 3060 Direct3D11)', 'Apple GPU', 'Mali-G78', ''])('of %o are used', (renderer) =>
    expect(isUsableWebgl({ renderer, floatTargets: true })).toBe(true),
  );
  it.each([
    'ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero)), SwiftShader driver)',
    'llvmpipe (LLVM 15.0.6, 256 bits)',
    'ANGLE (Microsoft, Microsoft Basic Render Driver Direct3D11)',
    'Apple Software Renderer',
  ])('of %o are not', (renderer) => expect(isUsableWebgl({ renderer, floatTargets: true })).toBe(false));
  it('without 32-bit float targets are not', () => expect(isUsableWebgl({ renderer: 'Mali-G31', floatTargets: false })).toBe(false));
});

it('finds no GPU in Node', async () => expect(await usableBackends()).toEqual(['wasm', 'cpu']));
