#!/usr/bin/env node
// oxlint-disable-next-line import/no-unassigned-import
import "../dist/main.js"
