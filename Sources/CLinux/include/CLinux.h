/// What the Glibc overlay lacks, header-thin.
///
/// Why no system headers are passed on: a module that sees them with other feature macros than
/// Foundation did cannot be imported beside it.
#ifndef PLUMBLINE_CLINUX_H
#define PLUMBLINE_CLINUX_H

#include "Clocks.h"
#include "Disks.h"
#include "Files.h"
#include "Processes.h"
#include "Sandbox.h"

#endif
