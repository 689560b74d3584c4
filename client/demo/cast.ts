import type { Portrait } from './pictures.ts';

/** Somebody of the demo. */
export interface CastMember {
  readonly name: string;
  readonly portrait?: Portrait;
  readonly status?: string;
  /** Whether they may delete what others say. */
  readonly isModerator?: boolean;
}

/** Everybody of the demo by the name that they log in with; the first owns the guild. */
export const cast = {
  ada: {
    name: 'Ada Marten',
    portrait: { wall: '#f2b880', skin: '#8d5a3b', hair: '#2a1a1f', coat: '#7b2d43', cut: 'curls' },
  },
  juno: {
    name: 'Juno Okafor',
    portrait: { wall: '#6fb3a8', skin: '#5b3a29', hair: '#17121a', coat: '#f0c35b', cut: 'short' },
    status: 'Counting lamps',
    isModerator: true,
  },
  mirelle: {
    name: 'Mirelle Aubry',
    portrait: { wall: '#4f3d6b', skin: '#f0c9a6', hair: '#b5482f', coat: '#e8e0d2', cut: 'long' },
    isModerator: true,
  },
  tobias: {
    name: 'Tobias Lindqvist',
    portrait: { wall: '#c9d6c3', skin: '#e9b994', hair: '#8a5a33', coat: '#35566b', cut: 'beard' },
  },
  ines: {
    name: 'Inês Duarte',
    portrait: { wall: '#e07a5f', skin: '#c98d67', hair: '#3a2320', coat: '#26354f', cut: 'bun' },
    status: 'At sea until nine',
  },
  kenji: {
    name: 'Kenji',
    portrait: { wall: '#2f4858', skin: '#eac6a2', hair: '#d9cfc0', coat: '#86a873', cut: 'hood' },
  },
  rosa: {
    name: 'Rosa',
    portrait: { wall: '#d9a5b3', skin: '#7a4a30', hair: '#4b2a4f', coat: '#1f5f5b', cut: 'bun' },
  },
  samir: {
    name: 'Samir Haddad',
    portrait: { wall: '#e9c46a', skin: '#b07d55', hair: '#201a1c', coat: '#3d405b', cut: 'beard' },
  },
  greta: {
    name: 'Greta Nyström',
    portrait: { wall: '#9db4c0', skin: '#f2d0b1', hair: '#e0c07a', coat: '#8c2f39', cut: 'long' },
  },
  oluchi: {
    name: 'Oluchi',
    portrait: { wall: '#84a98c', skin: '#4f3222', hair: '#120d10', coat: '#d4a373', cut: 'curls' },
  },
  pavel: {
    name: 'Pavel',
    portrait: { wall: '#52489c', skin: '#e6bb98', hair: '#5a4636', coat: '#f4b860', cut: 'short' },
  },
  bartholomew: { name: 'Professor Bartholomew Featherstone-Haugh of the Upper Gallery' },
} as const satisfies Readonly<Record<string, CastMember>>;

export type Name = keyof typeof cast;

export const names = Object.keys(cast) as readonly Name[];

/** The password of everybody of the demo. */
export const password = 'lantern light';
