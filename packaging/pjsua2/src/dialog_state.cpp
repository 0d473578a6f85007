/* SPDX: GPL-3.0-or-later */
#include "dialog_state.hpp"

#include <initializer_list>

#include <pjsua-lib/pjsua_internal.h>

namespace hold_slayer {
namespace {

/* Kept in the dialog's own memory. */
struct Origin {
    char transport[8];
    char source[PJ_INET6_ADDRSTRLEN + 10];
    char local[PJ_INET6_ADDRSTRLEN + 10];
};

pj_bool_t remember(pjsip_rx_data *rdata);

pjsip_module *module()
{
    static char name[] = "mod-hold-slayer-dialogs";
    static pjsip_module tracker = {};
    if (!tracker.name.ptr) {
        tracker.name = pj_str(name);
        tracker.id = -1;
        /* the transaction layer keeps responses to itself: look before it does */
        tracker.priority = PJSIP_MOD_PRIORITY_TSX_LAYER - 1;
        tracker.on_rx_request = &remember;
        tracker.on_rx_response = &remember;
    }
    return &tracker;
}

void copy(char *to, std::size_t size, const char *from)
{
    pj_ansi_strxcpy(to, from, size);
}

pj_bool_t remember(pjsip_rx_data *rdata)
{
    const pjsip_msg *msg = rdata->msg_info.msg;
    if (!rdata->msg_info.cid || !rdata->msg_info.from || !rdata->msg_info.to)
        return PJ_FALSE;
    const bool request = msg->type == PJSIP_REQUEST_MSG;
    const pj_str_t *local = request ? &rdata->msg_info.to->tag : &rdata->msg_info.from->tag;
    const pj_str_t *remote = request ? &rdata->msg_info.from->tag : &rdata->msg_info.to->tag;
    pjsip_dialog *dialog = pjsip_ua_find_dialog(&rdata->msg_info.cid->id, local, remote, PJ_TRUE);
    if (!dialog && !request) {
        /* the first answer with a tag: the dialog learns it only after us; an IVR often answers with nothing before it */
        const pj_str_t unknown = {NULL, 0};
        dialog = pjsip_ua_find_dialog(&rdata->msg_info.cid->id, local, &unknown, PJ_TRUE);
    }
    if (!dialog)
        return PJ_FALSE;
    Origin *origin = static_cast<Origin *>(dialog->mod_data[module()->id]);
    if (!origin) {
        origin = PJ_POOL_ZALLOC_T(dialog->pool, Origin);
        dialog->mod_data[module()->id] = origin;
    }
    const pjsip_transport *transport = rdata->tp_info.transport;
    copy(origin->transport, sizeof(origin->transport), transport->type_name);
    pj_sockaddr_print(&rdata->pkt_info.src_addr, origin->source, sizeof(origin->source), 3);
    pj_sockaddr_print(&transport->local_addr, origin->local, sizeof(origin->local), 3);
    pjsip_dlg_dec_lock(dialog);
    return PJ_FALSE;
}

std::string text(const pj_str_t &from)
{
    return std::string(from.ptr, static_cast<std::size_t>(from.slen));
}

std::string text(const void *uri, pjsip_uri_context_e context)
{
    char printed[PJSIP_MAX_URL_SIZE * 2];
    const int size = uri ? pjsip_uri_print(context, uri, printed, sizeof(printed)) : 0;
    return std::string(printed, size > 0 ? static_cast<std::size_t>(size) : 0);
}

/* Takes values out of what the endpoint tells of itself in every message. */
void conceal(int header, std::initializer_list<const char *> values)
{
    auto *list = reinterpret_cast<pjsip_generic_array_hdr *>(
        const_cast<pjsip_hdr *>(pjsip_endpt_get_capability(pjsua_get_pjsip_endpt(), header, NULL)));
    if (!list)
        return;
    for (const char *value : values)
        for (unsigned at = 0; at < list->count; ++at)
            if (pj_stricmp2(&list->values[at], value) == 0)
                pj_array_erase(list->values, sizeof(list->values[0]), list->count--, at);
}

}  // namespace

void keepMessagesSmall()
{
    /* RFC 3261, 18.1.1 wants TCP for what is larger than 1,300 bytes; trunks that take UDP alone never answer there */
    pjsip_cfg()->endpt.disable_tcp_switch = PJ_TRUE;
    conceal(PJSIP_H_ALLOW, {"SUBSCRIBE", "NOTIFY", "MESSAGE"});
    conceal(PJSIP_H_SUPPORTED, {"replaces"});
}

void trackDialogs() PJSUA2_THROW(pj::Error)
{
    if (module()->id >= 0)
        return;
    const pj_status_t status = pjsip_endpt_register_module(pjsua_get_pjsip_endpt(), module());
    if (status != PJ_SUCCESS)
        throw pj::Error(status, "trackDialogs", "", "hold_slayer", 0);
}

DialogState dialogState(const pj::Call &call) PJSUA2_THROW(pj::Error)
{
    pjsua_call *pjsua = NULL;
    pjsip_dialog *dialog = NULL;
    /* pjsua2 takes the id away when the call is over */
    const int id = call.getId();
    const pj_status_t status = id == PJSUA_INVALID_ID ? PJSIP_ESESSIONTERMINATED
                                                      : acquire_call("dialogState()", id, &pjsua, &dialog);
    if (status != PJ_SUCCESS)
        throw pj::Error(status, "dialogState", "the call has no dialog", "hold_slayer", 0);
    if (!pjsua->inv || pjsua->inv->state == PJSIP_INV_STATE_DISCONNECTED) {
        pjsip_dlg_dec_lock(dialog);
        throw pj::Error(PJSIP_ESESSIONTERMINATED, "dialogState", "the call is over", "hold_slayer", 0);
    }
    DialogState state;
    state.callId = text(dialog->call_id->id);
    state.localUri = text(dialog->local.info->uri, PJSIP_URI_IN_FROMTO_HDR);
    state.localTag = text(dialog->local.info->tag);
    state.remoteUri = text(dialog->remote.info->uri, PJSIP_URI_IN_FROMTO_HDR);
    state.remoteTag = text(dialog->remote.info->tag);
    state.localCseq = dialog->local.cseq;
    state.remoteCseq = dialog->remote.cseq < 0 ? 0 : dialog->remote.cseq;
    state.localContact = dialog->local.contact ? text(dialog->local.contact->uri, PJSIP_URI_IN_CONTACT_HDR) : "";
    state.remoteTarget = text(dialog->target, PJSIP_URI_IN_REQ_URI);
    for (pjsip_route_hdr *route = dialog->route_set.next; route != &dialog->route_set; route = route->next)
        state.routeSet.push_back(text(&route->name_addr, PJSIP_URI_IN_ROUTING_HDR));
    const int tracker = module()->id;
    if (const Origin *origin = tracker < 0 ? nullptr : static_cast<Origin *>(dialog->mod_data[tracker])) {
        state.transport = origin->transport;
        state.destination = origin->source;
        state.localAddress = origin->local;
    }
    state.confirmed = dialog->state == PJSIP_DIALOG_STATE_ESTABLISHED && pjsua->inv->state >= PJSIP_INV_STATE_CONNECTING &&
                      pjsua->inv->state <= PJSIP_INV_STATE_CONFIRMED;
    pjsip_dlg_dec_lock(dialog);
    return state;
}

}  // namespace hold_slayer
