// What the stand-ins of cuBLAS and cuDNN need of the stand-in of the driver.
#pragma once

#include <functional>

// Queues work on a stream (a CUstream of driver.cpp): it is done when somebody waits, or recorded.
void standInQueue(void *stream, std::function<void()> work);
