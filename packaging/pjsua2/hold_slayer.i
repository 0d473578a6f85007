/* SWIG interface: all of pjsua2, and Hold Slayer's own classes beside its media classes. SPDX: GPL-3.0-or-later */
%module(directors="1") pjsua2

/* from the first message on */
%pythonappend pj::Endpoint::libInit %{
        trackDialogs()
        keepMessagesSmall()
%}

%include "pjsua2.i"

%{
#include "audio_feed.hpp"
#include "audio_tap.hpp"
#include "dialog_state.hpp"
#include "register_handler.hpp"
#include "source_filter.hpp"
%}

/* Copying between a ring and a bytes object takes microseconds; giving the GIL away would cost more. */
%nothread hold_slayer::AudioTap::read;
%nothread hold_slayer::AudioTap::available;
%nothread hold_slayer::AudioTap::droppedBytes;
%nothread hold_slayer::AudioTap::noneFrames;
%nothread hold_slayer::AudioTap::frames;
%nothread hold_slayer::AudioFeed::write;
%nothread hold_slayer::AudioFeed::space;
%nothread hold_slayer::AudioFeed::queued;
%nothread hold_slayer::AudioFeed::markEnd;
%nothread hold_slayer::AudioFeed::discard;
%nothread hold_slayer::AudioFeed::playedBytes;
%nothread hold_slayer::AudioFeed::underruns;
%nothread hold_slayer::AudioFeed::endsReached;
%nothread hold_slayer::AudioFeed::endsDiscarded;

%ignore hold_slayer::RingMedia::RingMedia;
%include "ring_port.hpp"
%include "audio_tap.hpp"
%include "audio_feed.hpp"
%include "dialog_state.hpp"
%feature("director") hold_slayer::RegisterHandler;
%include "register_handler.hpp"
%include "source_filter.hpp"

%extend hold_slayer::AudioTap {
    /* Up to maxBytes of PCM as one bytes object; empty when there is none. */
    PyObject *read(long long maxBytes)
    {
        if (maxBytes < 0 || maxBytes > $self->available())
            maxBytes = $self->available();
        PyObject *pcm = PyBytes_FromStringAndSize(NULL, static_cast<Py_ssize_t>(maxBytes & ~1LL));
        if (pcm)
            $self->read_into(PyBytes_AsString(pcm), static_cast<std::size_t>(PyBytes_Size(pcm)));
        return pcm;
    }
}

%extend hold_slayer::AudioFeed {
    /* Queues PCM from any bytes-like object; returns how many bytes were accepted. */
    PyObject *write(PyObject *pcm) PJSUA2_THROW(pj::Error)
    {
        Py_buffer view;
        if (PyObject_GetBuffer(pcm, &view, PyBUF_SIMPLE) != 0)
            return NULL;
        std::size_t accepted = 0;
        try {
            accepted = $self->write_from(view.buf, static_cast<std::size_t>(view.len));
        } catch (...) {
            PyBuffer_Release(&view);
            throw;
        }
        PyBuffer_Release(&view);
        return PyLong_FromSize_t(accepted);
    }
}
