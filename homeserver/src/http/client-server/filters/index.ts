import type { Endpoint } from '../../endpoint.ts';
import { defineFilter } from './define-filter.ts';
import { getFilter } from './get-filter.ts';

/** Filters for `/sync`. */
export const filterEndpoints: readonly Endpoint[] = [defineFilter, getFilter];
